package dev.parley.room;

import dev.parley.backplane.Break;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.node.Tracing;
import dev.parley.protocol.CloseCode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The loop of one room, and its backlog: entries on their way to members, and turns of one member among them, all in one order.
 *
 * <p>Anybody may put something in, which only queues; one thread at a time takes it out.
 */
final class RoomLoop {
    private static final Logger LOG = System.getLogger(RoomLoop.class.getName());
    private static final long PAUSE_MILLIS = 1;
    private static final int BATCH = 64; // entries that one run hands to each member, to leave together
    private static final int BATCH_CHARACTERS = 32 * 1024;
    private static final int BUSY = 4;
    private static final int SAMPLES = 16;
    private static final Break DROPPED = new Break(Break.Reason.TRIMMED, Position.ORIGIN);
    private static final long MARGIN = 4; // times the backlog at which nobody here may say more, all of it is dropped
    private static final int PART_OF_BUDGET =
            8; // at which nobody here may say more; all of it is dropped at twice that

    private final RoomId room;
    private final Supplier<Present> members;
    private final Rooms rooms;
    private final Workers workers;
    private final int maxBacklog;
    private final Budget budget;
    private final ConcurrentLinkedQueue<Due> backlog = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger(); // in the backlog; above 0 the loop is owned
    private final AtomicInteger unsaid = new AtomicInteger(); // entries among them
    private final AtomicLong bytes = new AtomicLong(); // of these
    private final AtomicBoolean isDropping = new AtomicBoolean(); // until members are told, nothing is put in
    private final AtomicBoolean isLost =
            new AtomicBoolean(); // the loop has no thread, and whoever comes next gives it one
    private int sampled; // the loop's own
    private int removed; // the loop's own: by this run
    private final List<Due.Said> batch = new ArrayList<>(); // the loop's own: what is being handed on

    /** {@code members} are those who are in just now. */
    RoomLoop(RoomId room, Supplier<Present> members, Rooms rooms, Workers workers, int maxBacklog) {
        this.room = room;
        this.members = members;
        this.rooms = rooms;
        this.workers = workers;
        this.maxBacklog = maxBacklog;
        this.budget = rooms.budget();
    }

    /** Whether the fan-out is so far behind its log that nothing more may be said here for now. */
    boolean isOverloaded() {
        return unsaid.get() >= maxBacklog || bytes.get() > budget.max() / PART_OF_BUDGET;
    }

    /** Whether so many entries wait that an author should rather say the next thing than wait for an answer. */
    boolean isBusy() {
        return unsaid.get() >= BUSY;
    }

    /** Hands an entry to those who were in when it was said. */
    void say(Entry entry, Present present) {
        if (isDropping.get()) {
            return;
        }
        unsaid.incrementAndGet();
        Due.Said said = new Due.Said(entry, present);
        budget.hold(Budget.Use.BACKLOG, said.cost);
        boolean isTooMuch =
                bytes.addAndGet(said.cost) > 2 * (budget.max() / PART_OF_BUDGET) || unsaid.get() > MARGIN * maxBacklog;
        queue(said);
        if (isTooMuch) {
            drop();
        }
    }

    /** Tells those who were in of a gap, in its order among the entries. */
    void say(Break gap, Present present) {
        turn(null, () -> tell(present, gap));
    }

    private static void tell(Present present, Break gap) {
        for (Member member : present) {
            try {
                member.broken(gap);
            } catch (Throwable fault) { // the others must know all the same
                Threads.report(member.connection() + " is closed", fault);
                member.connection().close(CloseCode.INTERNAL_ERROR);
            }
        }
    }

    /** What the entries cost that wait. */
    long held() {
        return bytes.get();
    }

    /** Lets go of all entries that wait, and of what comes until members have been told so. Their places in the order stay. */
    void drop() {
        if (!isDropping.compareAndSet(false, true)) {
            return;
        }
        for (Due due : backlog) {
            if (due instanceof Due.Said said) {
                take(said);
            }
        }
        LOG.log(Level.WARNING, "room {0} cannot keep up here; members are told that something is missing", room);
        turn(null, () -> {
            isDropping.set(false); // before members are looked at: whoever is in by now may have missed something
            tell(members.get(), DROPPED);
        });
    }

    /** Unless it was dropped. */
    private void take(Due.Said said) {
        if (said.getAndSet(null) != null) {
            unsaid.decrementAndGet();
            bytes.addAndGet(-said.cost);
            budget.release(Budget.Use.BACKLOG, said.cost);
        }
    }

    /**
     * Does something in the loop, in its order: after every entry that came before, and before every one that comes later.
     *
     * @param connection whose affair it is, and who is closed if it fails; null if nobody's
     */
    void turn(@Nullable Connection connection, Runnable task) {
        queue(new Due.Turn(connection, task));
    }

    private void queue(Due due) {
        backlog.add(due);
        if (waiting.getAndIncrement() == 0 || isLost.getAndSet(false)) {
            proceed();
        }
    }

    private void proceed() {
        try {
            workers.fanOut().execute(this::fanOut);
        } catch (RejectedExecutionException stopped) {
            backlog.clear(); // the application has stopped; nobody is connected any more
        } catch (Throwable noThread) {
            pause();
        }
    }

    private void pause() {
        try {
            ScheduledFuture<?> unused = workers.timer().schedule(this::proceed, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            backlog.clear();
        } catch (Throwable noMemory) {
            isLost.set(true);
        }
    }

    /** The fan-out loop. Owned by one task at a time: from the moment `waiting` leaves 0 until it is 0 again. */
    private void fanOut() {
        removed = 0;
        boolean mayGoOn = false;
        try {
            mayGoOn = run();
        } catch (Throwable fault) { // an Error, too, must not leave the room deaf
            Threads.guarded("room " + room, () -> tellOf(fault)).run();
        } finally {
            int left = waiting.addAndGet(-removed);
            if (left > 0) {
                if (mayGoOn) {
                    proceed(); // at the end of the queue: other rooms want a thread, too
                } else {
                    pause();
                }
            }
        }
    }

    private void tellOf(Throwable fault) {
        Threads.report("room " + room, fault);
        tell(members.get(), DROPPED);
    }

    /** One run of the loop; false if it should pause. */
    private boolean run() {
        Due next = backlog.peek();
        if (next == null) {
            waiting.set(0); // cleared, because the application has stopped
            return true;
        }
        if (next instanceof Due.Turn) {
            takeTurns();
            return true;
        }
        Due.Said first = (Due.Said) next;
        if (first.get() != null && mostAreBehind(first.members)) {
            return false;
        }
        List<Entry> entries = new ArrayList<>();
        int characters = 0;
        boolean hasHole = false;
        try {
            while (!hasHole && backlog.peek() instanceof Due.Said due && due.members == first.members) {
                if (entries.size() == BATCH || characters > BATCH_CHARACTERS) {
                    break;
                }
                batch.add(due); // counted until it has been handed on
                backlog.remove();
                removed++;
                Entry entry = due.get();
                if (entry == null) {
                    hasHole = true;
                } else {
                    entries.add(entry);
                    characters += entry.draft().text().length();
                }
            }
            if (!rooms.isClosed() && !entries.isEmpty()) {
                new Fanning(entries, first.members, rooms.delivery(), first.toldAt, budget).run();
                trace(first.members.size());
            }
        } finally {
            batch.forEach(this::take);
            batch.clear();
        }
        if (hasHole) {
            tell(first.members, DROPPED);
        }
        return true;
    }

    /** Where what was just handed on is traced. */
    private void trace(int members) {
        for (Due.Said due : batch) {
            Entry entry = due.get();
            if (entry != null && !entry.draft().trace().isEmpty()) {
                String message = entry.position().message();
                Tracing.here().delivered(room.name(), message, entry.draft().trace(), members, due.toldAt);
            }
        }
    }

    private void takeTurns() {
        for (int taken = 0; taken < BATCH && backlog.peek() instanceof Due.Turn turn; taken++) {
            backlog.remove();
            removed++;
            turn.run();
        }
    }

    /** What the loop has to do. */
    private sealed interface Due {
        /** An entry, and who was in when it was said; null once it has been handed on, or dropped. */
        @SuppressWarnings("serial") // it never is
        final class Said extends AtomicReference<@Nullable Entry> implements Due {
            private final Present members;
            private final long cost;
            private final long toldAt = System.nanoTime();

            Said(Entry entry, Present members) {
                super(entry);
                this.members = members;
                this.cost = Room.costOf(entry);
            }
        }

        /** Something of one member, in its order among the entries. */
        record Turn(@Nullable Connection connection, Runnable task) implements Due {
            void run() {
                try {
                    task.run();
                } catch (Throwable e) {
                    Threads.report(connection == null ? "a room" : connection.toString(), e);
                    if (connection != null) {
                        connection.close(CloseCode.INTERNAL_ERROR);
                    }
                }
            }
        }
    }

    /** Looks at a few members, others each time. One that has stopped reading does not count as behind. */
    private boolean mostAreBehind(Present present) {
        int samples = Math.min(present.size(), SAMPLES);
        int behind = 0;
        for (int i = 0; i < samples; i++) {
            sampled = (sampled + 1) % present.size();
            if (present.get(sampled).connection().isBehind()) {
                behind++;
            }
        }
        return behind * 2 > samples;
    }
}
