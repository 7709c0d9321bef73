package dev.parley.dialogue;

import dev.parley.protocol.Inbound;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast one client may be. What is too fast is refused with the time to wait; who does not wait, again and again, is
 * abusing it.
 */
final class Pace {
    /** Rooms that may be entered and left a second; all of a connection's rooms twice may be at once, as after a reconnect. */
    private static final int JOINS_PER_SECOND = 10;

    /** Refusals that may come at once, one a second being nothing to speak of. */
    private static final int REFUSALS = 50;

    private final TokenBucket messages;
    private final TokenBucket characters;
    private final TokenBucket joins;
    private final TokenBucket refusals;

    Pace(Limits limits, LongSupplier nanoTime) {
        messages = new TokenBucket(limits.messagesPerSecond(), 2L * limits.messagesPerSecond(), nanoTime);
        characters = new TokenBucket(
                limits.bytesPerSecond(), Math.max(2L * limits.bytesPerSecond(), limits.messageBytes()), nanoTime);
        joins = new TokenBucket(JOINS_PER_SECOND, 2L * limits.rooms() + JOINS_PER_SECOND, nanoTime);
        refusals = new TokenBucket(1, REFUSALS, nanoTime);
    }

    /** How long to wait with this message; zero if it may come now. */
    Duration of(Inbound inbound, int length) {
        boolean isJoin = inbound instanceof Inbound.Join || inbound instanceof Inbound.Leave;
        long nanos = (isJoin ? joins : messages).take(1);
        if (nanos == 0) {
            nanos = characters.take(length);
        }
        return nanos == 0 ? Duration.ZERO : Duration.ofMillis(nanos / 1_000_000 + 1);
    }

    /** Counts a refusal; whether it was one too many. */
    boolean isAbused() {
        return refusals.take(1) > 0;
    }
}
