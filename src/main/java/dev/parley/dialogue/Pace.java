package dev.parley.dialogue;

import dev.parley.protocol.Inbound;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * How fast one client may be. What is too fast is refused with the time to wait; who does not wait, again and again, is
 * abusing it.
 */
final class Pace {
    /** Rooms that may be entered and left a second; all of a connection's rooms twice may be at once, as after a reconnect. */
    private static final int JOINS_PER_SECOND = 10;

    /** Signals a second, twice as many at once: a cursor that is shown thirty times a second, and somewhat more. */
    private static final int SIGNALS_PER_SECOND = 40;

    /** What a message with a signal is long at most; what is longer counts as any other message's characters. */
    private static final int SIGNAL_CHARACTERS = Inbound.Signal.MAX_BYTES + 256;

    /** Refusals that may come at once, one a second being nothing to speak of. */
    private static final int REFUSALS = 50;

    /** What a client may have on its way behind a message that is refused, without knowing that. */
    private static final int WINDOW = 64;

    private static final int WINDOW_CHARACTERS = 256 * 1024;

    private static final int MOST_REFUSED = 128; // beyond it they are forgotten, which costs a refusal or two

    private final TokenBucket messages;
    private final TokenBucket characters;
    private final long joinsAtOnce;
    private final TokenBucket joins;
    private final TokenBucket signals;
    private final TokenBucket refusals;
    private final Set<Integer> refused =
            new HashSet<>(0); // hashes of keys that have not come again; guarded as all of it
    private int window; // how many more may come behind them
    private int windowCharacters;

    Pace(Limits limits, LongSupplier nanoTime) {
        messages = new TokenBucket(limits.messagesPerSecond(), 2L * limits.messagesPerSecond(), nanoTime);
        characters = new TokenBucket(
                limits.bytesPerSecond(), Math.max(2L * limits.bytesPerSecond(), limits.messageBytes()), nanoTime);
        joinsAtOnce = 2L * limits.rooms() + JOINS_PER_SECOND;
        joins = new TokenBucket(JOINS_PER_SECOND, joinsAtOnce, nanoTime);
        signals = new TokenBucket(SIGNALS_PER_SECOND, 2L * SIGNALS_PER_SECOND, nanoTime);
        refusals = new TokenBucket(1, REFUSALS, nanoTime);
    }

    /**
     * Whether it comes after a message that was too fast, so that it is out of order. That costs nothing, up to what could be on
     * its way: a client is not to blame for what it said before it knew.
     */
    boolean isBehindRefused(Inbound inbound, int length) {
        if (window == 0
                || length > windowCharacters
                || !(inbound instanceof Inbound.Send send)
                || send.after() == null
                || !refused.contains(Objects.hash(send.room(), send.after()))) {
            return false;
        }
        window--;
        windowCharacters -= length;
        refused.add(Objects.hash(send.room(), send.key()));
        return true;
    }

    private void note(Inbound.Send send, boolean isRefused) {
        if (!isRefused && refused.isEmpty()) {
            return;
        }
        int key = Objects.hash(send.room(), send.key());
        if (!isRefused) {
            refused.remove(key);
            return;
        }
        if (refused.size() >= MOST_REFUSED) {
            refused.clear();
        }
        refused.add(key);
        window = WINDOW;
        windowCharacters = WINDOW_CHARACTERS;
    }

    /** How long to wait with this message; zero if it may come now. */
    Duration of(Inbound inbound, int length) {
        boolean isJoin = inbound instanceof Inbound.Join || inbound instanceof Inbound.Leave;
        boolean isSignal = inbound instanceof Inbound.Signal;
        long nanos = inbound instanceof Inbound.Joins several
                ? joins.take(Math.min(several.each().size(), joinsAtOnce)) // of more it will not be let into all
                : (isJoin ? joins : isSignal ? signals : messages).take(1);
        if (nanos == 0 && !(isSignal && length <= SIGNAL_CHARACTERS)) {
            nanos = characters.take(length);
        }
        if (inbound instanceof Inbound.Send send) {
            note(send, nanos > 0);
        }
        return nanos == 0 ? Duration.ZERO : Duration.ofMillis(nanos / 1_000_000 + 1);
    }

    /** Counts a refusal; whether it was one too many. */
    boolean isAbused() {
        return refusals.take(1) > 0;
    }
}
