package dev.parley.app;

import dev.parley.ParleyEvent;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.RoomPattern;
import dev.parley.connection.ConnectionManager;
import dev.parley.dialogue.Limits;
import dev.parley.dialogue.RulesFile;
import dev.parley.events.Webhook;
import dev.parley.events.WebhookSecret;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.TrustedProxies;
import dev.parley.node.SafeUrl;
import dev.parley.room.Overflow;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * All settings, valid. Immutable. What each means stands in {@link Key}.
 */
record Settings(
        Set<String> allowedOrigins,
        boolean cookieNeedsOrigin,
        TrustedProxies trustedProxies,
        int maxMessageBytes,
        long memoryBudget,
        ConnectionManager.Limits limits,
        boolean frames,
        int connectionsPerAddress,
        Duration drainTimeout,
        int historyMessages,
        SharedLog log,
        Optional<RulesFile> rules,
        Duration policyCache,
        Limits roomLimits,
        boolean explainRefusals,
        Tokens tokens,
        Duration credentialGrace,
        boolean guide,
        Optional<String> path,
        Optional<Webhook.Target> webhook,
        Optional<String> metricsToken) {
    private static final int MAX_TEXT = 1_000;
    private static final int MIB = 1024 * 1024;
    private static final long MIN_BUDGET = 16L * MIB;
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,12})([kmg%]?)");
    private static final Pattern PATH = Pattern.compile("|/|(/[A-Za-z0-9~-][A-Za-z0-9._~-]*)+");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    /**
     * Whose tokens are taken.
     *
     * @param keys where the keys are; nothing if no token is taken
     */
    record Tokens(Optional<String> keys, Set<String> algorithms, Optional<String> issuer, Optional<String> audience) {}

    Settings {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    /**
     * Reads and checks all of them.
     *
     * @throws SettingsException in one line, naming the first that is wrong, and where it was found
     */
    static Settings read(Sources sources) {
        sources.warnOfMisspelt();
        return new Settings(
                value(sources, Key.ALLOWED_ORIGINS, Settings::origins),
                value(sources, Key.COOKIE_NEEDS_ORIGIN, Settings::truth),
                value(sources, Key.TRUSTED_PROXIES, Settings::proxies),
                (int) value(sources, Key.MAX_MESSAGE_BYTES, number(1, 16 * MIB)).longValue(),
                value(
                        sources,
                        Key.MEMORY_BUDGET,
                        text -> budget(text, Runtime.getRuntime().maxMemory())),
                new ConnectionManager.Limits(
                        (int) value(sources, Key.MAX_CONNECTIONS, number(1, 1_000_000))
                                .longValue(),
                        (int) value(sources, Key.OUTBOX_MESSAGES, number(1, 1_000_000))
                                .longValue(),
                        value(sources, Key.OUTBOX_BYTES, number(1, 1024L * MIB)),
                        value(sources, Key.SEND_TIMEOUT, duration(Duration.ofMillis(100), Duration.ofMinutes(10))),
                        value(sources, Key.HEARTBEAT, duration(Duration.ofMillis(100), Duration.ofHours(1)))),
                value(sources, Key.FRAMES, Settings::auto),
                whole(sources, Key.CONNECTIONS_PER_ADDRESS, 1, 1_000_000),
                value(sources, Key.DRAIN_TIMEOUT, duration(Duration.ZERO, Duration.ofMinutes(5))),
                (int) value(sources, Key.HISTORY_MESSAGES, number(1, 1_000_000)).longValue(),
                new SharedLog(
                        value(sources, Key.BACKPLANE, SharedLog::address),
                        value(sources, Key.BACKPLANE_SECRET, Settings::token).orElse("")),
                value(sources, Key.ROOM_RULES, Settings::rules),
                value(sources, Key.POLICY_CACHE, duration(Duration.ZERO, Duration.ofHours(1))),
                new Limits(
                        whole(sources, Key.ROOM_MESSAGE_BYTES, 1, 16 * MIB),
                        whole(sources, Key.MESSAGES_PER_SECOND, 1, 1_000_000),
                        whole(sources, Key.BYTES_PER_SECOND, 1, 1024 * MIB),
                        whole(sources, Key.ROOMS_PER_CONNECTION, 1, 10_000),
                        whole(sources, Key.CONNECTIONS_PER_USER, 1, 1_000_000),
                        value(sources, Key.INBOXES, Settings::truth)),
                value(sources, Key.EXPLAIN_REFUSALS, Settings::truth),
                new Tokens(
                        value(sources, Key.JWT_KEYS, Settings::optional),
                        value(sources, Key.JWT_ALGORITHMS, Settings::algorithms),
                        value(sources, Key.JWT_ISSUER, Settings::optional),
                        value(sources, Key.JWT_AUDIENCE, Settings::optional)),
                value(sources, Key.CREDENTIAL_GRACE, duration(Duration.ZERO, Duration.ofHours(1))),
                value(sources, Key.GUIDE, Settings::truth),
                value(sources, Key.PATH, Settings::path),
                webhook(sources),
                value(sources, Key.METRICS_TOKEN, Settings::token));
    }

    private static Optional<String> path(String text) {
        if (!PATH.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "must be / or segments of letters, digits and . _ ~ - such as /live, not " + quoted(text));
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text.equals("/") ? "" : text);
    }

    private static Optional<Webhook.Target> webhook(Sources sources) {
        Optional<URI> url = value(
                sources, Key.WEBHOOK_URL, text -> text.isEmpty() ? Optional.empty() : Optional.of(SafeUrl.of(text)));
        Optional<WebhookSecret> secret = value(
                sources,
                Key.WEBHOOK_SECRET,
                text -> text.isEmpty() ? Optional.empty() : Optional.of(new WebhookSecret(text)));
        Set<Class<? extends ParleyEvent>> kinds = value(sources, Key.WEBHOOK_EVENTS, saying(Webhook::kinds));
        Set<RoomPattern> rooms = value(sources, Key.WEBHOOK_ROOMS, saying(Settings::patterns));
        if (url.isPresent() && secret.isEmpty()) {
            throw new SettingsException(Key.WEBHOOK_URL.property() + ": " + Key.WEBHOOK_SECRET.property()
                    + " is missing, and without it nobody can tell who posts");
        }
        return url.map(place -> new Webhook.Target(place, secret.orElseThrow(), kinds, rooms));
    }

    /** The same, and what is wrong is repeated. */
    private static <T> Function<String, T> saying(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(wrong.getMessage() + ": " + quoted(text), wrong);
            }
        };
    }

    /** None for all rooms. */
    private static Set<RoomPattern> patterns(String text) {
        Set<String> patterns = list(text);
        return patterns.contains("*")
                ? Set.of()
                : patterns.stream().map(RoomPattern::new).collect(Collectors.toSet());
    }

    private static int whole(Sources sources, Key key, int min, int max) {
        return value(sources, key, number(min, max)).intValue();
    }

    /** What becomes of what clients of a room are too slow for. */
    Overflow overflow(RoomId room) {
        return rules.map(written -> written.rules().overflow(room)).orElse(Overflow.CLOSE);
    }

    private static Optional<RulesFile> rules(String file) {
        try {
            return file.isEmpty() ? Optional.empty() : Optional.of(RulesFile.read(file));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(quoted(file) + ": " + wrong.getMessage(), wrong);
        }
    }

    /** A secret is never repeated, not even a bad one. */
    private static Optional<String> token(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!text.matches("[A-Za-z0-9._~+/=-]{16,200}")) {
            throw new IllegalArgumentException("must be 16 to 200 letters, digits and . _ ~ + / = -");
        }
        return Optional.of(text);
    }

    /** What is in effect, for operators: names, values, where each comes from. Of a secret only whether there is one. */
    static List<Map<String, Object>> effective(Sources sources) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Key key : Key.values()) {
            Optional<Sources.Found> found = sources.find(key);
            String text = found.map(Sources.Found::text).orElse(key.defaultText());
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("setting", key.property());
            row.put("value", key.isSecret() && !text.isEmpty() ? "(secret)" : text);
            row.put("default", key.defaultText());
            row.put("source", found.map(Sources.Found::source).orElse("default"));
            row.put("is", key.sentence());
            rows.add(row);
        }
        return rows;
    }

    /** Says nothing of the values, some of which are secrets. */
    @Override
    public String toString() {
        return "settings";
    }

    private static <T> T value(Sources sources, Key key, Function<String, T> parser) {
        Optional<Sources.Found> found = sources.find(key);
        try {
            return parser.apply(found.map(Sources.Found::text).orElse(key.defaultText()));
        } catch (IllegalArgumentException wrong) {
            String where = found.map(Sources.Found::source).orElse("default of " + key.property());
            throw new SettingsException(where + ": " + wrong.getMessage());
        }
    }

    private static Optional<String> optional(String text) {
        if (text.length() > MAX_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "must be one line of at most " + MAX_TEXT + " characters, not " + quoted(text));
        }
        return Optional.of(text).filter(given -> !given.isEmpty());
    }

    private static Set<String> algorithms(String text) {
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

    private static Set<String> origins(String text) {
        Set<String> origins = list(text);
        for (String origin : origins) {
            checkOrigin(origin);
        }
        return origins;
    }

    private static TrustedProxies proxies(String text) {
        return text.isBlank()
                ? TrustedProxies.NONE
                : new TrustedProxies(Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .map(Settings::checkedNetwork)
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

    private static Boolean auto(String text) {
        return switch (text) {
            case "auto" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException("must be auto or off, not " + quoted(text));
        };
    }

    private static Boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false, not " + quoted(text));
        };
    }

    private static Function<String, Long> number(long min, long max) {
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

    private static Function<String, Duration> duration(Duration min, Duration max) {
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
