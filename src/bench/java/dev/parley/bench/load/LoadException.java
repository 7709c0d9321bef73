package dev.parley.bench.load;

/** A measurement that did not come about; the reason is what the report's row says. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;

    public LoadException(String reason) {
        super(reason);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
