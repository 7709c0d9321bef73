package dev.parley.handshake;

import java.nio.charset.StandardCharsets;

/**
 * A refusal in the guide's words, a close code and a reason. Thrown in a handshake, where there is no connection yet, it is 403, and
 * code and reason are its detail, for the log.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/#using-depends-and-others">FastAPI,
 *     fastapi/exceptions.py, class WebSocketException</a>
 */
public final class WebSocketException extends HandshakeRefused {
    private static final long serialVersionUID = 1;
    private static final int FORBIDDEN = 403;
    private static final int MAX_REASON_BYTES = 123;

    private final int closeCode;
    private final String reason;

    /**
     * A refusal.
     *
     * @param closeCode one that an endpoint may send: 1000, 1001, 1003, 1007 to 1011, or 3000 to 4999
     * @param reason for the client, at most 123 bytes of UTF-8; never a credential
     * @throws IllegalArgumentException if the code may not be sent or the reason is too long
     * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455, section 7.4</a>
     */
    public WebSocketException(int closeCode, String reason) {
        super(FORBIDDEN, "close code " + closeCode + (reason.isEmpty() ? "" : ", " + reason));
        if (!maySend(closeCode)) {
            throw new IllegalArgumentException("no endpoint may close with " + closeCode);
        }
        if (reason.getBytes(StandardCharsets.UTF_8).length > MAX_REASON_BYTES) {
            throw new IllegalArgumentException("a reason has at most " + MAX_REASON_BYTES + " bytes");
        }
        this.closeCode = closeCode;
        this.reason = reason;
    }

    /** The code of the close frame. */
    public int closeCode() {
        return closeCode;
    }

    /** What the close frame says. */
    public String reason() {
        return reason;
    }

    private static boolean maySend(int code) {
        return (code >= 3000 && code <= 4999)
                || code == 1000
                || code == 1001
                || code == 1003
                || (code >= 1007 && code <= 1011);
    }
}
