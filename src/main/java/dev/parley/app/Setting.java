package dev.parley.app;

import static dev.parley.app.SettingText.duration;
import static dev.parley.app.SettingText.number;
import static dev.parley.app.SettingText.saying;
import static dev.parley.app.SettingText.whole;

import dev.parley.ParleyEvent;
import dev.parley.backplane.RoomPattern;
import dev.parley.dialogue.RulesFile;
import dev.parley.events.Webhook;
import dev.parley.events.WebhookSecret;
import dev.parley.handshake.TrustedProxies;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One setting: its name, its default, how it is read, and what it is for. It is read from the system property {@code parley.x-y}, else
 * the environment variable {@code PARLEY_X_Y}, else the servlet context parameter {@code parley.x-y}, else it has its default.
 * Immutable.
 */
final class Setting<T> {
    static final String PREFIX = "parley.";
    static final String ENVIRONMENT_PREFIX = "PARLEY_";

    private static final int MIB = 1024 * 1024;
    private static final List<Setting<?>> ALL = new ArrayList<>();

    static final Setting<Set<String>> ALLOWED_ORIGINS = setting(
            "allowed-origins",
            "",
            SettingText::origins,
            "Origins besides our own whose pages may connect, separated by commas; * for any.");
    static final Setting<Boolean> COOKIE_NEEDS_ORIGIN = setting(
            "cookie-needs-origin",
            "false",
            SettingText::truth,
            "Whether a client that sends cookies must send its Origin, too.");
    static final Setting<TrustedProxies> TRUSTED_PROXIES = setting(
            "trusted-proxies",
            "",
            SettingText::proxies,
            "Addresses and networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed, with commas.");
    static final Setting<Integer> MAX_MESSAGE_BYTES = setting(
            "max-message-bytes",
            "1048576",
            whole(1, 16 * MIB),
            "The longest message taken, in bytes of UTF-8; a longer one is closed with 1009.");
    static final Setting<Integer> MAX_CONNECTIONS = setting(
            "max-connections",
            "20000",
            whole(1, 1_000_000),
            "Connections that this node takes; beyond it handshakes are refused with 503.");
    static final Setting<Integer> CONNECTIONS_PER_ADDRESS = setting(
            "connections-per-address",
            "1000",
            whole(1, 1_000_000),
            "Connections from one address, of IPv6 one network of 64 bits; beyond it 429. One that was closed for exceeding a"
                    + " limit counts as a fifth of them for a minute. This machine is not counted.");
    static final Setting<Long> MEMORY_BUDGET = setting(
            "memory-budget",
            "25%",
            text -> SettingText.budget(text, Runtime.getRuntime().maxMemory()),
            "Bytes that this node may hold for all its clients and rooms, such as 64m, or a part of its maximum heap; over it,"
                    + " Parley closes or drops the largest holders.");
    static final Setting<Integer> OUTBOX_MESSAGES = setting(
            "outbox-messages",
            "1000",
            whole(1, 1_000_000),
            "Messages that may wait for one peer; beyond it the peer is closed with 4001.");
    static final Setting<Long> OUTBOX_BYTES = setting(
            "outbox-bytes",
            "4194304",
            number(1, 1024L * MIB),
            "Bytes that may wait for one peer; beyond it the peer is closed with 4001.");
    static final Setting<Duration> SEND_TIMEOUT = setting(
            "send-timeout",
            "10s",
            duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
            "How long one write to a peer may take before the peer is closed with 4001.");
    static final Setting<Boolean> FRAMES = setting(
            "frames",
            "auto",
            SettingText::auto,
            "Whether frames are written below the server's own methods where Parley knows how, which is faster: auto or off.");
    static final Setting<Duration> HEARTBEAT = setting(
            "heartbeat",
            "20s",
            duration(Duration.ofMillis(100), Duration.ofHours(1)),
            "How long a peer may be quiet before it is pinged; after 2.5 times that it is closed with 4003.");
    static final Setting<Duration> DRAIN_TIMEOUT = setting(
            "drain-timeout",
            "5s",
            duration(Duration.ZERO, Duration.ofMinutes(5)),
            "How long closing all connections may take when the application stops.");
    static final Setting<Integer> HISTORY_MESSAGES =
            setting("history-messages", "1000", whole(1, 1_000_000), "Messages of a room that are kept.");
    static final Setting<String> BACKPLANE = secret(
            "backplane",
            "memory:",
            SharedLog::address,
            "Where the rooms are, so that several nodes share them: memory:, redis://…, rediss://…, postgresql://… or"
                    + " jndi:… of a data source.");
    static final Setting<Optional<String>> BACKPLANE_SECRET = secret(
            "backplane-secret",
            "",
            SettingText::token,
            "Signs what nodes tell each other beside the rooms; the same on all nodes.");
    static final Setting<Optional<RulesFile>> ROOM_RULES = setting(
            "room-rules",
            "",
            SettingText::rules,
            "The file that says who may do what in which room; without one and without policies, everybody may do everything.");
    static final Setting<Duration> POLICY_CACHE = setting(
            "policy-cache",
            "5s",
            duration(Duration.ZERO, Duration.ofHours(1)),
            "How long an answer of a policy about somebody's right is kept.");
    static final Setting<Integer> ROOM_MESSAGE_BYTES = setting(
            "room-message-bytes",
            "65536",
            whole(1, 16 * MIB),
            "The longest message taken at /rooms; a longer one is closed with 1009.");
    static final Setting<Integer> ROOMS_PER_CONNECTION =
            setting("rooms-per-connection", "64", whole(1, 10_000), "Rooms that one connection may be in.");
    static final Setting<Integer> MESSAGES_PER_SECOND = setting(
            "messages-per-second",
            "20",
            whole(1, 1_000_000),
            "Messages a second that a connection to /rooms may send; twice as many at once.");
    static final Setting<Integer> BYTES_PER_SECOND = setting(
            "bytes-per-second",
            "262144",
            whole(1, 1024 * MIB),
            "Characters a second that a connection to /rooms may send; twice as many at once.");
    static final Setting<Integer> CONNECTIONS_PER_USER = setting(
            "connections-per-user",
            "100",
            whole(1, 1_000_000),
            "Connections to /rooms that one user may have on this node.");
    static final Setting<Boolean> INBOXES = setting(
            "inboxes",
            "true",
            SettingText::truth,
            "Whether each user of a login or a token has an inbox, which reaches all connections of that user.");
    static final Setting<Boolean> EXPLAIN_REFUSALS = setting(
            "explain-refusals", "false", SettingText::truth, "Whether a refused handshake says why, in its body.");
    static final Setting<Optional<String>> JWT_KEYS = secret(
            "jwt-keys",
            "",
            SettingText::optional,
            "Where the keys are that tokens are signed with, an https URL or a file; without, no token is taken.");
    static final Setting<Set<String>> JWT_ALGORITHMS = setting(
            "jwt-algorithms",
            "RS256,ES256",
            SettingText::algorithms,
            "What tokens may be signed with, separated by commas; HS256 for keys that are secrets.");
    static final Setting<Optional<String>> JWT_ISSUER = setting(
            "jwt-issuer",
            "",
            SettingText::optional,
            "Who must have issued a token; if empty, anybody whose key is there.");
    static final Setting<Optional<String>> JWT_AUDIENCE =
            setting("jwt-audience", "", SettingText::optional, "Whom a token must be for; if empty, anybody.");
    static final Setting<Duration> CREDENTIAL_GRACE = setting(
            "credential-grace",
            "10s",
            duration(Duration.ZERO, Duration.ofHours(1)),
            "How long a connection may outlast its credential before it is closed with 4002.");
    static final Setting<Boolean> GUIDE = setting(
            "guide",
            "true",
            SettingText::truth,
            "Whether parley.war has the guide's endpoints and pages, and the chat.");
    static final Setting<Optional<String>> PATH = setting(
            "path",
            "",
            SettingText::path,
            "The path below which Parley adds its addresses to an application, such as /live; /parley if empty, and / in"
                    + " parley.war.");
    static final Setting<Optional<URI>> WEBHOOK_URL =
            secret("webhook-url", "", SettingText::url, "Where events are posted to, over https; without, nowhere.");
    static final Setting<Optional<WebhookSecret>> WEBHOOK_SECRET = secret(
            "webhook-secret",
            "",
            SettingText::webhookSecret,
            "What webhooks are signed with: whsec_ and 24 to 64 random bytes in base64; two with a comma while it changes.");
    static final Setting<Set<Class<? extends ParleyEvent>>> WEBHOOK_EVENTS = setting(
            "webhook-events",
            "member.joined,member.left,room.occupied,room.vacated",
            saying(Webhook::kinds),
            "Which events are posted, with commas; also message.published, connection.opened and connection.closed, or all.");
    static final Setting<Set<RoomPattern>> WEBHOOK_ROOMS = setting(
            "webhook-rooms",
            "*",
            saying(SettingText::patterns),
            "The rooms whose events are posted: patterns such as order-{id} or news-*, with commas.");
    static final Setting<Optional<String>> METRICS_TOKEN = secret(
            "metrics-token",
            "",
            SettingText::token,
            "The bearer token that may read /metrics; without one, this machine and operators may.");

    private final String name;
    private final String defaultText;
    private final Function<String, T> parser;
    private final String sentence;
    private final boolean isSecret;

    private Setting(String name, String defaultText, Function<String, T> parser, String sentence, boolean isSecret) {
        this.name = name;
        this.defaultText = defaultText;
        this.parser = parser;
        this.sentence = sentence;
        this.isSecret = isSecret;
    }

    private static <T> Setting<T> setting(
            String name, String defaultText, Function<String, T> parser, String sentence) {
        return listed(new Setting<>(name, defaultText, parser, sentence, false));
    }

    /** One whose value is nobody's business: a secret, or an address that may hold one. */
    private static <T> Setting<T> secret(String name, String defaultText, Function<String, T> parser, String sentence) {
        return listed(new Setting<>(name, defaultText, parser, sentence, true));
    }

    private static <T> Setting<T> listed(Setting<T> setting) {
        ALL.add(setting);
        return setting;
    }

    static List<Setting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    /** As it is set there. */
    T in(Sources sources) {
        Optional<Sources.Found> found = sources.find(this);
        try {
            return parser.apply(found.map(Sources.Found::text).orElse(defaultText));
        } catch (IllegalArgumentException wrong) {
            String where = found.map(Sources.Found::source).orElse("default of " + property());
            throw new SettingsException(where + ": " + wrong.getMessage());
        }
    }

    /** As a system property or context parameter: {@code parley.x-y}. */
    String property() {
        return PREFIX + name;
    }

    /** As an environment variable: {@code PARLEY_X_Y}. */
    String variable() {
        return ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    String defaultText() {
        return defaultText;
    }

    boolean isSecret() {
        return isSecret;
    }

    /** What it is for, in one sentence. */
    String sentence() {
        return sentence;
    }

    @Override
    public String toString() {
        return property();
    }
}
