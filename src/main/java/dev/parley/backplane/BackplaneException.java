package dev.parley.backplane;

/** The engine did not take, or could not give, what it was asked for. The one failure of this boundary. */
public sealed class BackplaneException extends RuntimeException permits OutOfOrderException {
    private static final long serialVersionUID = 1;

    public BackplaneException(String message, Throwable cause) {
        super(message, cause);
    }

    public BackplaneException(String message) {
        super(message);
    }
}
