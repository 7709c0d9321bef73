package dev.parley.backplane.engine;

/** A connection to the engine is of no more use; what was asked may or may not have been done. Ask again over a new one. */
public final class LinkException extends Exception {
    private static final long serialVersionUID = 1;

    /** The message must not hold what was sent. */
    public LinkException(String message, Throwable cause) {
        super(message, cause);
    }

    public LinkException(String message) {
        super(message);
    }
}
