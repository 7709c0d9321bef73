package dev.parley.events;

import dev.parley.MessagePublished;
import dev.parley.ParleyEvent;
import dev.parley.node.Budget;
import java.time.Duration;

/** Where events of one observer go. Thread-safe. */
interface Sink {
    /** The objects of an event besides what was said, about. */
    long EVENT_BYTES = 500;

    /** One more. Called by threads of the engine's and the server's: must neither block nor throw. */
    void give(ParleyEvent event);

    /** Takes nothing any more. */
    void end();

    /** What waits has so long to be told; the rest is dropped. Blocks. */
    void close(Duration patience) throws InterruptedException;

    /** What an event costs in the heap while it waits. */
    static long costOf(ParleyEvent event) {
        return EVENT_BYTES
                + (event instanceof MessagePublished published
                        ? Budget.costOf(published.data().raw().length())
                        : 0);
    }
}
