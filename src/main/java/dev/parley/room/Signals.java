package dev.parley.room;

import dev.parley.backplane.Signal;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What is signalled in a room, on its way to those who are in on this node: beside the room's loop, so that no message waits for it. The
 * first one leaves at once; those that come right behind are gathered for a hundredth of a second, and leave together. At most 256
 * wait, the last ones. Thread-safe.
 */
final class Signals {
    static final int MAX_WAITING = 256;
    private static final long GATHER_MILLIS = 10;

    private final Supplier<Present> members;
    private final Workers workers;
    private final Budget budget;
    private final IntConsumer dropped;
    private final ArrayDeque<Told> waiting = new ArrayDeque<>(0); // guarded by itself
    private boolean isDue; // a run will come; guarded by waiting
    private long lastRun = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS); // guarded by waiting

    private record Told(String author, Outgoing message, int characters) {}

    /** {@code dropped} is told how many were given up. */
    Signals(Supplier<Present> members, Workers workers, Budget budget, IntConsumer dropped) {
        this.members = members;
        this.workers = workers;
        this.budget = budget;
        this.dropped = dropped;
    }

    /** Somebody has signalled something. Only queues. */
    void add(Signal signal) {
        Told last = new Told(
                signal.author(), new Outgoing(signal.text()), signal.text().length());
        last.message().retain(budget);
        boolean isFull;
        long pause;
        synchronized (waiting) {
            isFull = waiting.size() == MAX_WAITING;
            if (isFull) {
                waiting.remove().message().release(budget);
            }
            waiting.add(last);
            pause = isDue ? -1 : due();
        }
        if (isFull) {
            dropped.accept(1);
        }
        runIn(pause);
    }

    /** In how many milliseconds the next run comes. Under the lock. */
    private long due() {
        isDue = true;
        return Math.max(0, GATHER_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastRun));
    }

    private void runIn(long millis) {
        try {
            if (millis == 0) {
                workers.fanOut().execute(this::run);
            } else if (millis > 0) {
                ScheduledFuture<?> unused = workers.timer().schedule(() -> runIn(0), millis, TimeUnit.MILLISECONDS);
            }
        } catch (RejectedExecutionException stopped) {
            // nobody is connected any more
        } catch (Throwable noThread) { // whoever comes next tries again
            synchronized (waiting) {
                isDue = false;
            }
        }
    }

    private void run() {
        List<Told> batch = List.of();
        try {
            synchronized (waiting) {
                lastRun = System.nanoTime();
                batch = List.copyOf(waiting);
                waiting.clear();
            }
            tell(batch);
        } finally { // an Error, too, must not leave the room without signals
            batch.forEach(told -> told.message().release(budget));
            long pause;
            synchronized (waiting) {
                isDue = false; // not before: two runs would overtake each other
                pause = waiting.isEmpty() ? -1 : due();
            }
            runIn(pause);
        }
    }

    private void tell(List<Told> batch) {
        List<Outgoing> all = batch.stream().map(Told::message).toList();
        Set<String> authors = batch.stream().map(Told::author).collect(Collectors.toSet());
        int given = 0;
        for (Member member : members.get()) {
            if (member instanceof JsonMember reader && reader.isTold()) {
                Connection connection = reader.connection();
                String id = connection.id();
                given += connection.signal(authors.contains(id) ? others(batch, id) : all);
            }
        }
        if (given > 0) {
            dropped.accept(given);
        }
    }

    /** All but its own. */
    private static List<Outgoing> others(List<Told> batch, String connection) {
        return batch.stream()
                .filter(told -> !told.author().equals(connection))
                .map(Told::message)
                .toList();
    }

    /** Gives up what waits, and says how many that were. */
    int clear() {
        synchronized (waiting) {
            int given = waiting.size();
            waiting.forEach(told -> told.message().release(budget));
            waiting.clear();
            return given;
        }
    }

    long held() {
        synchronized (waiting) {
            return waiting.stream()
                    .mapToLong(told -> Budget.costOf(told.characters()))
                    .sum();
        }
    }
}
