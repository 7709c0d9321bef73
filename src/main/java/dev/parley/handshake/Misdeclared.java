package dev.parley.handshake;

/** A declaration that cannot work, told with the place where it stands. */
final class Misdeclared extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    Misdeclared(String message) {
        super(message);
    }

    Misdeclared(String message, Throwable cause) {
        super(message, cause);
    }
}
