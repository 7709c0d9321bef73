package dev.parley;

import org.jspecify.annotations.Nullable;

/** Something was not done. It says what may be done about it. */
public final class ParleyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why, in the words of the wire. */
    public enum Code {
        /** The engine is away, or does not answer: it may work later. Whether it was done is not known. */
        UNAVAILABLE(true),
        /** The engine, or a policy, refuses. */
        REFUSED(false),
        /** The application is stopping. */
        STOPPED(false);

        private final boolean retry;

        Code(boolean retry) {
            this.retry = retry;
        }
    }

    private final Code code;

    public ParleyException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    /** Whether the same may work later. */
    public boolean mayRetry() {
        return code.retry;
    }
}
