package dev.parley.app;

import java.util.Locale;
import java.util.stream.Stream;

/**
 * The settings there are. Each is read from the system property {@code parley.x-y}, else the environment variable
 * {@code PARLEY_X_Y}, else the servlet context parameter {@code parley.x-y}, else it has its default.
 */
enum Key {
    ALLOWED_ORIGINS("", "Origins besides our own whose pages may connect, separated by commas; * for any."),
    COOKIE_NEEDS_ORIGIN("false", "Whether a client that sends cookies must send its Origin, too."),
    TRUSTED_PROXIES(
            "", "Addresses and networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed, with commas."),
    MAX_MESSAGE_BYTES("1048576", "The longest message taken, in bytes of UTF-8; a longer one is closed with 1009."),
    MAX_CONNECTIONS("20000", "Connections that this node takes; beyond it handshakes are refused with 503."),
    CONNECTIONS_PER_ADDRESS(
            "1000",
            "Connections from one address, of IPv6 one network of 64 bits; beyond it 429. One that was closed for exceeding a"
                    + " limit counts as a fifth of them for a minute. This machine is not counted."),
    MEMORY_BUDGET(
            "25%",
            "Bytes that this node may hold for all its peers and rooms, such as 64m, or a part of its maximum heap; beyond it"
                    + " whoever holds most gives way."),
    OUTBOX_MESSAGES("1000", "Messages that may wait for one peer; beyond it the peer is closed with 4001."),
    OUTBOX_BYTES("4194304", "Bytes that may wait for one peer; beyond it the peer is closed with 4001."),
    SEND_TIMEOUT("10s", "How long one write to a peer may take before the peer is closed with 4001."),
    FRAMES(
            "auto",
            "Whether frames are written below the server's own methods where Parley knows how, which is faster: auto or off."),
    HEARTBEAT("20s", "How long a peer may be quiet before it is pinged; after 2.5 times that it is closed with 4003."),
    DRAIN_TIMEOUT("5s", "How long closing all connections may take when the application stops."),
    HISTORY_MESSAGES("1000", "Messages of a room that are kept."),
    BACKPLANE(
            "memory:",
            "Where the rooms are, so that several nodes share them: memory:, redis://…, rediss://…, postgresql://… or"
                    + " jndi:… of a data source."),
    BACKPLANE_SECRET("", "Signs what nodes tell each other beside the rooms; the same on all nodes."),
    ROOM_RULES(
            "",
            "The file that says who may do what in which room; without one and without policies, everybody may do everything."),
    POLICY_CACHE("5s", "How long an answer of a policy about somebody's right is kept."),
    ROOM_MESSAGE_BYTES("65536", "The longest message taken at /rooms; a longer one is closed with 1009."),
    ROOMS_PER_CONNECTION("64", "Rooms that one connection may be in."),
    MESSAGES_PER_SECOND("20", "Messages a second that a connection to /rooms may send; twice as many at once."),
    BYTES_PER_SECOND("262144", "Characters a second that a connection to /rooms may send; twice as many at once."),
    CONNECTIONS_PER_USER("100", "Connections to /rooms that one user may have on this node."),
    INBOXES(
            "true",
            "Whether each user of a login or a token has an inbox, which reaches all connections of that user."),
    EXPLAIN_REFUSALS("false", "Whether a refused handshake says why, in its body."),
    JWT_KEYS("", "Where the keys are that tokens are signed with, an https URL or a file; without, no token is taken."),
    JWT_ALGORITHMS(
            "RS256,ES256", "What tokens may be signed with, separated by commas; HS256 for keys that are secrets."),
    JWT_ISSUER("", "Who must have issued a token; if empty, anybody whose key is there."),
    JWT_AUDIENCE("", "Whom a token must be for; if empty, anybody."),
    CREDENTIAL_GRACE("10s", "How long a connection may outlast its credential before it is closed with 4002."),
    GUIDE("true", "Whether parley.war has the guide's endpoints and pages, and the chat."),
    PATH(
            "",
            "What all that Parley adds to an application stands below, such as /live; /parley if empty, and / in parley.war."),
    WEBHOOK_URL("", "Where events are posted to, over https; without, nowhere."),
    WEBHOOK_SECRET(
            "",
            "What webhooks are signed with: whsec_ and 24 to 64 random bytes in base64; two with a comma while it changes."),
    WEBHOOK_EVENTS(
            "member.joined,member.left,room.occupied,room.vacated",
            "Which events are posted, with commas; also message.published, connection.opened and connection.closed, or all."),
    WEBHOOK_ROOMS("*", "The rooms whose events are posted: patterns such as order-{id} or news-*, with commas."),
    METRICS_TOKEN("", "The bearer token that may read /metrics; without one, this machine and operators may.");

    static final String PREFIX = "parley.";
    static final String ENVIRONMENT_PREFIX = "PARLEY_";

    private final String defaultText;
    private final String sentence;

    Key(String defaultText, String sentence) {
        this.defaultText = defaultText;
        this.sentence = sentence;
    }

    /** As a system property or context parameter: {@code parley.x-y}. */
    String property() {
        return PREFIX + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As an environment variable: {@code PARLEY_X_Y}. */
    String variable() {
        return ENVIRONMENT_PREFIX + name();
    }

    String defaultText() {
        return defaultText;
    }

    /** Whether its value is nobody's business: a secret, or an address that may hold one. */
    boolean isSecret() {
        return Stream.of("TOKEN", "SECRET", "PASSWORD", "KEY", "URL", "BACKPLANE")
                .anyMatch(name()::contains);
    }

    /** What it is for, in one sentence. */
    String sentence() {
        return sentence;
    }
}
