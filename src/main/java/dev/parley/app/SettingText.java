package dev.parley.app;

import dev.parley.backplane.RoomPattern;
import dev.parley.dialogue.RulesFile;
import dev.parley.events.WebhookSecret;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.TrustedProxies;
import dev.parley.node.SafeUrl;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How the text of a setting becomes its value; what is none is refused in one line, without a secret in it. Stateless. */
final class SettingText {
    private static final int MAX_TEXT = 1_000;
    private static final int MIB = 1024 * 1024;
    private static final long MIN_BUDGET = 16L * MIB;
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,12})([kmg%]?)");
    private static final Pattern PATH = Pattern.compile("|/|(/[A-Za-z0-9~-][A-Za-z0-9._~-]*)+");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    private SettingText() {}

    static Optional<String> path(String text) {
        if (!PATH.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "must be / or segments of letters, digits and . _ ~ - such as /live, not " + quoted(text));
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text.equals("/") ? "" : text);
    }

    /** The same, and what is wrong is repeated. */
    static <T> Function<String, T> saying(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(wrong.getMessage() + ": " + quoted(text), wrong);
            }
        };
    }

    /** None for all rooms. */
    static Set<RoomPattern> patterns(String text) {
        Set<String> patterns = list(text);
        return patterns.contains("*")
                ? Set.of()
                : patterns.stream().map(RoomPattern::new).collect(Collectors.toSet());
    }

    static Optional<RulesFile> rules(String file) {
        try {
            return file.isEmpty() ? Optional.empty() : Optional.of(RulesFile.read(file));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(quoted(file) + ": " + wrong.getMessage(), wrong);
        }
    }

    /** A secret is never repeated, not even a bad one. */
    static Optional<String> token(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!text.matches("[A-Za-z0-9._~+/=-]{16,200}")) {
            throw new IllegalArgumentException("must be 16 to 200 letters, digits and . _ ~ + / = -");
        }
        return Optional.of(text);
    }

    static Optional<URI> url(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(SafeUrl.of(text));
    }

    static Optional<WebhookSecret> webhookSecret(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(new WebhookSecret(text));
    }

    static Optional<String> optional(String text) {
        if (text.length() > MAX_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "must be one line of at most " + MAX_TEXT + " characters, not " + quoted(text));
        }
        return Optional.of(text).filter(given -> !given.isEmpty());
    }

    static Set<String> algorithms(String text) {
        Set<String> algorithms = list(text);
        if (!algorithms.stream().allMatch(algorithm -> algorithm.matches("[A-Z0-9]{1,10}"))) {
            throw new IllegalArgumentException("must be names such as RS256, not " + quoted(text));
        }
        return algorithms;
    }

    private static Set<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    static Set<String> origins(String text) {
        Set<String> origins = list(text);
        for (String origin : origins) {
            checkOrigin(origin);
        }
        return origins;
    }

    static TrustedProxies proxies(String text) {
        return text.isBlank()
                ? TrustedProxies.NONE
                : new TrustedProxies(Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .map(SettingText::checkedNetwork)
                        .toList());
    }

    private static String checkedNetwork(String network) {
        try {
            TrustedProxies unused = new TrustedProxies(Set.of(network));
            return network;
        } catch (IllegalArgumentException none) {
            throw new IllegalArgumentException("neither an address nor a network: " + quoted(network), none);
        }
    }

    private static void checkOrigin(String origin) {
        try {
            OriginRule unused = new OriginRule(Set.of(origin), false);
        } catch (IllegalArgumentException none) {
            throw new IllegalArgumentException(
                    "not an origin, which is like https://app.example.com and has no path: " + quoted(origin), none);
        }
    }

    static Boolean auto(String text) {
        return switch (text) {
            case "auto" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException("must be auto or off, not " + quoted(text));
        };
    }

    static Boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false, not " + quoted(text));
        };
    }

    /** The same, where it fits into an int. */
    static Function<String, Integer> whole(int min, int max) {
        return number(min, max).andThen(Math::toIntExact);
    }

    static Function<String, Long> number(long min, long max) {
        return text -> {
            if (text.matches("[0-9]{1,18}")) {
                long number = Long.parseLong(text);
                if (number >= min && number <= max) {
                    return number;
                }
            }
            throw new IllegalArgumentException(
                    "must be a whole number from " + min + " to " + max + ", not " + quoted(text));
        };
    }

    /** A size, or a part of the heap, which is raised to the least that makes sense. */
    static Long budget(String text, long heap) {
        Matcher matcher = BYTES.matcher(text);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            String unit = matcher.group(2);
            if (unit.equals("%")) {
                if (amount >= 1 && amount <= 90) {
                    return Math.max(MIN_BUDGET, heap / 100 * amount);
                }
            } else {
                long bytes = amount
                        * switch (unit) {
                            case "k" -> 1024L;
                            case "m" -> MIB;
                            case "g" -> 1024L * MIB;
                            default -> 1;
                        };
                if (bytes >= MIN_BUDGET) {
                    return bytes;
                }
            }
        }
        throw new IllegalArgumentException(
                "must be a size such as 64m or 1g, at least 16m, or a part of the heap from 1% to" + " 90%, not "
                        + quoted(text));
    }

    static Function<String, Duration> duration(Duration min, Duration max) {
        return text -> {
            Matcher matcher = DURATION.matcher(text);
            if (matcher.matches()) {
                Duration duration = ofUnit(Long.parseLong(matcher.group(1)), matcher.group(2));
                if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
                    return duration;
                }
            }
            throw new IllegalArgumentException("must be a duration such as 500ms, 20s, 2m or 1h, from " + min.toMillis()
                    + "ms to " + max.toSeconds() + "s, not " + quoted(text));
        };
    }

    private static Duration ofUnit(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    /** A value as it may stand in a log line: short, and without control characters. */
    private static String quoted(String text) {
        String shortened = text.length() > 40 ? text.substring(0, 40) + "…" : text;
        return "\"" + shortened.replaceAll("\\p{Cntrl}", "?") + "\"";
    }
}
