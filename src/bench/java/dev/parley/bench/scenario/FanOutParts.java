package dev.parley.bench.scenario;

/** How a room can be spoken in. */
public final class FanOutParts {
    /** One message is said when everybody has the one before. */
    public static final String SINGLE = "single";

    /** Each of the senders has several messages on the way, so there is something to coalesce. */
    public static final String LOAD = "load";

    /** Messages are said when they are due, whatever became of the ones before; latency counts from when they were due. */
    public static final String FIXED = "fixed";

    private FanOutParts() {}
}
