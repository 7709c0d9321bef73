package dev.parley.launch;

/** A command line that cannot be understood. The message is the one line that the user reads. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
