package dev.parley.bench.server;

/** A target that cannot be run here; the reason is in the words of the report. */
public final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    Unavailable(String reason) {
        super(reason);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
