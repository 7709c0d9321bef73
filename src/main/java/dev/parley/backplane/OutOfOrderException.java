package dev.parley.backplane;

/** What was to be stored follows something that is not stored. */
public final class OutOfOrderException extends BackplaneException {
    private static final long serialVersionUID = 1;

    public OutOfOrderException() {
        super("what comes before it is not stored");
    }
}
