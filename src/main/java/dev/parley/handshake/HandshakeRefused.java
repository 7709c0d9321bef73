package dev.parley.handshake;

/**
 * A handshake is not accepted. The visitor gets the status and an empty body; the detail is for the log.
 *
 * <p>Carries no stack trace: refusing is ordinary, and must be cheap when somebody knocks a thousand times a second.
 */
public final class HandshakeRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * A refusal.
     *
     * @param status the HTTP status, 400 to 599
     * @param detail why, for the log; never a credential or anything else that the visitor sent
     * @throws IllegalArgumentException if the status is none that refuses
     */
    public HandshakeRefused(int status, String detail) {
        super(detail, null, false, false);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("a refusal is a status from 400 to 599, not " + status);
        }
        this.status = status;
    }

    /** The HTTP status, 400 to 599. */
    public int status() {
        return status;
    }
}
