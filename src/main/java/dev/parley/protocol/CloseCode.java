package dev.parley.protocol;

/**
 * Every close code that Parley itself sends, with the reason that goes with it. Immutable.
 *
 * <p>The ranges tell a client what to do: 4000 to 4499 means reconnect with back-off, 4500 to 4999 means stop and tell the
 * user. 1012 and 1013 are not used, because two servers (Undertow, Tyrus) reject the peer's echo of them.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455, section 7.4</a>
 */
public enum CloseCode implements CloseStatus {
    NORMAL(1000, ""),
    GOING_AWAY(1001, "service restart"),
    NOT_ACCEPTED(1003, "text messages only"),
    POLICY(1008, "refused by policy"),
    TOO_BIG(1009, "message too big"),
    INTERNAL_ERROR(1011, "internal error"),
    SLOW(4001, "too slow"),
    EXPIRED(4002, "credential expired"),
    NO_PONG(4003, "no pong"),
    OVERLOADED(4004, "overloaded"),
    BAD_CREDENTIAL(4500, "bad credential"),
    REMOVED(4501, "removed by an operator"),
    LIMIT_EXCEEDED(4502, "limit exceeded"),
    NOT_THIS_PROTOCOL(4503, "another protocol");

    private final int code;
    private final String reason;

    CloseCode(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    @Override
    public int code() {
        return code;
    }

    /** A fixed text, never anything that came from a peer. */
    @Override
    public String reason() {
        return reason;
    }
}
