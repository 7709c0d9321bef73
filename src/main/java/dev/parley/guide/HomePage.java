package dev.parley.guide;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first page: a template with {@code {{names}}} in it, filled with the {@link Facts} at every request. What is filled
 * in is escaped for element content and quoted attributes, and never looked at for names again.
 */
final class HomePage {
    private static final Pattern NAME = Pattern.compile("\\{\\{(\\w+)}}");
    private static final DateTimeFormatter TO_THE_MINUTE = DateTimeFormatter.ofPattern(
                    "d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final String template;
    private final Facts facts;

    HomePage(String template, Facts facts) {
        this.template = template;
        this.facts = facts;
    }

    String render() {
        Map<String, String> values = Map.of(
                "version", facts.version(),
                "server", facts.server(),
                "startedAt", facts.startedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                "started", TO_THE_MINUTE.format(facts.startedAt()),
                "rooms", facts.isDemo() ? "demo mode: everybody may do everything, under any name" : "by rules",
                "console",
                        facts.hasConsole()
                                ? "For operators: is everything well, who is connected, who did what. Sign in with your account."
                                : "For operators. It is off, since none has a password; --admin-password-file FILE turns it on.",
                "connections", Integer.toString(facts.connections().getAsInt()));
        return NAME.matcher(template)
                .replaceAll(name -> Matcher.quoteReplacement(escaped(valueOf(name.group(1), values))));
    }

    private static String valueOf(String name, Map<String, String> values) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("the template asks for an unknown value: " + name);
        }
        return value;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
