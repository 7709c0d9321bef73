package dev.parley.backplane.engine;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.LongAdder;

/** What this node counts about its engine. Thread-safe. */
final class Pulse {
    private static final Logger LOG = System.getLogger(Pulse.class.getName());

    private final LongAdder repairs = new LongAdder();
    private final LongAdder reconnects = new LongAdder();
    private final LongAdder refusals = new LongAdder();

    /** A room is read because something may be missing. */
    void repaired() {
        repairs.increment();
    }

    void reconnected(String name) {
        reconnects.increment();
        LOG.log(Level.INFO, "backplane {0}: connected again", name);
    }

    /** So much of the outbox was put aside. */
    void refused(int count) {
        refusals.add(count);
    }

    long repairs() {
        return repairs.sum();
    }

    long reconnects() {
        return reconnects.sum();
    }

    long refusals() {
        return refusals.sum();
    }
}
