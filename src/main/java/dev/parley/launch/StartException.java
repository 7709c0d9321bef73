package dev.parley.launch;

/** A start that failed for a reason outside of the program. The message is the one line that the operator reads. */
final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    StartException(String message) {
        super(message);
    }

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
