package dev.parley.connection;

import dev.parley.node.Budget;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a message that is not complete, in pieces of at most 32 KiB: none is copied again when more come, and none is too
 * big for a collector. Drawn on the budget. Guarded by its buffer; {@link #held} may be asked by any thread.
 */
final class Chunks {
    private static final int SMALLEST = 256;
    private static final int BIGGEST = 32 * 1024;
    private static final byte[] NONE = {};

    private final Budget budget;
    private final List<byte[]> chunks = new ArrayList<>(0);
    private byte[] last = NONE;
    private int used; // of the last one
    private int length;
    private volatile long held;

    Chunks(Budget budget) {
        this.budget = budget;
    }

    void put(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (used == last.length) {
                grow(bytes.remaining());
            }
            int some = Math.min(bytes.remaining(), last.length - used);
            bytes.get(last, used, some);
            used += some;
            length += some;
        }
    }

    /** Each as big as all before it, so that their number stays small and little is in vain. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only its buffer writes it, under its lock
    private void grow(int wanted) {
        int size = Math.min(BIGGEST, Math.max(SMALLEST, Math.max(wanted, length)));
        byte[] next = new byte[size];
        long cost = Budget.costOf(size);
        budget.hold(Budget.Use.INCOMING, cost);
        long before = held; // written by one thread at a time
        held = before + cost;
        chunks.add(next);
        last = next;
        used = 0;
    }

    /** All of it in one piece. */
    byte[] joined() {
        byte[] whole = new byte[length];
        int at = 0;
        for (byte[] chunk : chunks) {
            int some = Math.min(chunk.length, length - at);
            System.arraycopy(chunk, 0, whole, at, some);
            at += some;
        }
        return whole;
    }

    /** Lets go of all of it. Idempotent. */
    void clear() {
        budget.release(Budget.Use.INCOMING, held);
        held = 0;
        chunks.clear();
        last = NONE;
        used = 0;
        length = 0;
    }

    /** What it costs. */
    long held() {
        return held;
    }
}
