package dev.parley.handshake;

import dev.parley.protocol.CloseStatus;

/**
 * A refusal in the guide's words, a close code and a reason. Thrown in a handshake, where there is no connection yet, it is 403, and
 * code and reason are its detail, for the log. Thrown while messages are served, by what an {@code Inlet} calls, it closes the
 * connection with that code and reason, after what has been sent before.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/#using-depends-and-others">FastAPI,
 *     fastapi/exceptions.py, class WebSocketException</a>
 */
public final class WebSocketException extends HandshakeRefused {
    private static final long serialVersionUID = 1;
    private static final int FORBIDDEN = 403;

    private final transient CloseStatus status;

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
        this.status = new CloseStatus.Own(closeCode, reason);
    }

    /** The code of the close frame. */
    public int closeCode() {
        return status.code();
    }

    /** What the close frame says. */
    public String reason() {
        return status.reason();
    }
}
