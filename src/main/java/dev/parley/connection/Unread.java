package dev.parley.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Streams that are to end and that nobody reads: few of them are ended at once, because a server may block a thread of its own on
 * each until its write times out. The others wait, and need no thread for it; their connections are over already. Thread-safe.
 */
final class Unread {
    private static final int MAX = 4;
    private static final long PATIENCE_SECONDS = 60; // with a server that does not say that it is done

    private final Workers workers;
    private final AtomicInteger free = new AtomicInteger(MAX);
    private final Queue<Place> waiting = new ConcurrentLinkedQueue<>();

    Unread(Workers workers) {
        this.workers = workers;
    }

    private enum State {
        WAITING,
        TAKEN,
        OVER
    }

    /** One of those that are ended, or wait for it. */
    final class Place {
        private final Runnable end;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

        private Place(Runnable end) {
            this.end = end;
        }

        /** Its stream has ended. Idempotent. */
        void leave() {
            State before = state.getAndSet(State.OVER);
            if (before == State.TAKEN) {
                free.incrementAndGet();
                next();
            } else if (before == State.WAITING) {
                waiting.remove(this);
            }
        }
    }

    /** Has {@code end} called as soon as there is a place; the place is to be left once that is done. */
    Place end(Runnable end) {
        Place place = new Place(end);
        waiting.add(place);
        next();
        return place;
    }

    private void next() {
        while (free.getAndUpdate(places -> Math.max(0, places - 1)) > 0) {
            Place place = waiting.poll();
            if (place == null) {
                free.incrementAndGet();
                if (waiting.isEmpty()) {
                    return;
                }
                continue;
            }
            if (!place.state.compareAndSet(State.WAITING, State.TAKEN)) { // its peer has gone meanwhile
                free.incrementAndGet();
                continue;
            }
            try {
                ScheduledFuture<?> unused = workers.timer().schedule(place::leave, PATIENCE_SECONDS, TimeUnit.SECONDS);
                workers.closes().execute(place.end); // this thread may be the timer's, or the server's
            } catch (RejectedExecutionException stopped) {
                // and so does the server, which ends what is left
            }
        }
    }
}
