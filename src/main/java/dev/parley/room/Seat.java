package dev.parley.room;

import dev.parley.backplane.Entry;
import dev.parley.node.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A place in a room for somebody who is still on the way: what is said is kept, so that who has been let in misses nothing that
 * is said before the session begins. At most for ten seconds, a thousand entries and a megabyte; whoever comes later has missed
 * something and is told so. Thread-safe.
 */
public final class Seat implements AutoCloseable {
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_ENTRIES = 1_000;
    private static final long MAX_BYTES = 2 * 1024 * 1024;

    private final Room room;
    private final Budget budget;
    private final long since = System.nanoTime();

    // Guarded by this.
    private List<Entry> entries = new ArrayList<>(0);
    private boolean hasMissed;
    private boolean isOver;

    private volatile long held;

    Seat(Room room, Budget budget) {
        this.room = room;
        this.budget = budget;
    }

    Room room() {
        return room;
    }

    long held() {
        return held;
    }

    /** Something was said. Called in log order. */
    synchronized void keep(Entry entry) {
        if (isOver || hasMissed) {
            return;
        }
        long cost = Room.costOf(entry);
        if (entries.size() == MAX_ENTRIES || held + cost > MAX_BYTES || System.nanoTime() - since > KEPT_NANOS) {
            miss();
            return;
        }
        long before = held; // written under the lock
        held = before + cost;
        budget.hold(Budget.Use.BACKLOG, cost);
        entries.add(entry);
    }

    /** Lets go of what was kept: who takes the seat has missed something. */
    synchronized void miss() {
        hasMissed = true;
        letGo();
    }

    private void letGo() {
        budget.release(Budget.Use.BACKLOG, held);
        held = 0;
        entries = new ArrayList<>(0);
    }

    synchronized boolean hasMissed() {
        return hasMissed;
    }

    /** What was kept; from now on nothing is. */
    synchronized List<Entry> take() {
        List<Entry> kept = entries;
        isOver = true;
        letGo();
        return kept;
    }

    /** Gives the place up. Idempotent. */
    @Override
    public void close() {
        take();
        room.remove(this);
    }
}
