package dev.parley.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** What is asked over a connection while it is open, each under a number of its own, and who waits for the answer. Used in steps only. */
final class Questions {
    static final String DISCONNECTED = "disconnected";

    /** One of the two is called. */
    record Asked(Consumer<Frame> take, Consumer<ParleyClientException> fail) {}

    private final Consumer<String> transmit;
    private final Map<Long, Asked> asked = new HashMap<>();
    private boolean isOpen;
    private long lastId;
    private double messageBytes = Double.NaN;

    Questions(Consumer<String> transmit) {
        this.transmit = transmit;
    }

    boolean isOpen() {
        return isOpen;
    }

    /** The server listens, and takes messages of so many bytes. */
    void open(double bytes) {
        isOpen = true;
        messageBytes = bytes;
    }

    /** What is asked from now on fails at once. */
    void close() {
        isOpen = false;
    }

    /** There will be no answers. */
    void failAll() {
        List<Asked> unanswered = List.copyOf(asked.values());
        asked.clear();
        unanswered.forEach(one -> one.fail.accept(disconnected()));
    }

    /** Asks, under a number of its own. One of the two is called in a step: a loss of the connection is {@link #DISCONNECTED}. */
    void ask(LongFunction<String> frame, Consumer<Frame> take, Consumer<ParleyClientException> fail) {
        if (!isOpen) {
            fail.accept(disconnected());
            return;
        }
        long id = ++lastId;
        String text = frame.apply(id);
        ParleyClientException tooBig = tooBig(text);
        if (tooBig == null) {
            asked.put(id, new Asked(take, fail));
            transmit.accept(text);
        } else {
            fail.accept(tooBig);
        }
    }

    /** Who asked for what is answered by this, and waits no more; null if nobody did. */
    @Nullable
    Asked answered(Frame frame) {
        return frame.has("id") ? asked.remove(frame.integer("id")) : null;
    }

    /** What is longer than the server takes would end the connection; null for what is not. */
    @Nullable
    ParleyClientException tooBig(String text) {
        return tooBig(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Nullable
    ParleyClientException tooBig(long bytes) {
        double excess = bytes - messageBytes;
        return excess > 0 ? new ParleyClientException("too-big", "too long by " + (long) excess + " bytes") : null;
    }

    static ParleyClientException error(Frame frame) {
        double after = frame.number("after");
        return new ParleyClientException(
                frame.text("code"),
                frame.text("message"),
                frame.flag("retry"),
                after >= 0 ? Duration.ofNanos((long) (after * 1e6)) : null,
                frame.has("reason") ? frame.text("reason") : null);
    }

    private static ParleyClientException disconnected() {
        return new ParleyClientException(DISCONNECTED, DISCONNECTED, true, Duration.ZERO, null);
    }
}
