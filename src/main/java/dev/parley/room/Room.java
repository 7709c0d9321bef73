package dev.parley.room;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.connection.Workers;
import dev.parley.protocol.CloseCode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One room on this node: it follows the log and hands each entry to each member's outbox, in log order.
 *
 * <pre>
 *  log ──appended──▶ backlog ──fan-out loop, one thread at a time──▶ every member's outbox
 * </pre>
 *
 * <p>A sender does not pay for the fan-out, and cannot outrun it: while most members are behind although they keep reading, it
 * is this node that is slow, so the loop pauses; and when the backlog is full, whoever says more is closed with 4004, before
 * anything is stored.
 */
final class Room {
    private static final Logger LOG = System.getLogger(Room.class.getName());
    private static final long PAUSE_MILLIS = 1;
    private static final int BATCH = 64; // entries that one run hands to each member, to leave together
    private static final int BATCH_CHARACTERS = 32 * 1024;
    private static final int BUSY = 4;
    private static final int SAMPLES = 16;
    private static final Duration GRACE = Duration.ofSeconds(10); // for whom the connection broke, to come back
    private static final Duration PATIENCE = Duration.ofSeconds(5); // with a log that is asked

    private final RoomId id;
    private final Rooms rooms;
    private final Backplane backplane;
    private final Workers workers;
    private final int maxBacklog;
    private final Following following;
    private final JsonWindow jsonWindow;
    private final Presence presence;

    private volatile Member[] members = new Member[0]; // swapped inside Rooms' map operations only
    private final ConcurrentLinkedQueue<Due> backlog = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger(); // in the backlog; above 0 the loop is owned
    private final AtomicInteger unsaid = new AtomicInteger(); // entries among them
    private int sampled; // the loop's own
    private final AtomicLong told = new AtomicLong();

    Room(RoomId id, Rooms rooms, Backplane backplane, Workers workers, int maxBacklog, Overflow overflow) {
        this.id = id;
        this.rooms = rooms;
        this.backplane = backplane;
        this.workers = workers;
        this.maxBacklog = maxBacklog;
        this.jsonWindow = new JsonWindow(id, overflow);
        this.presence = new Presence(this, backplane.presence(), workers, GRACE);
        this.following = backplane.follow(id, new Follower() {
            @Override
            public void appended(Entry entry) {
                queue(entry);
            }

            @Override
            public void broken(Break gap) {
                queue(gap);
            }
        });
    }

    RoomId id() {
        return id;
    }

    JsonWindow jsonWindow() {
        return jsonWindow;
    }

    Presence presence() {
        return presence;
    }

    Set<String> connections() {
        return Arrays.stream(members).map(member -> member.connection().id()).collect(Collectors.toUnmodifiableSet());
    }

    boolean has(String connection) {
        return Arrays.stream(members)
                .anyMatch(member -> member.connection().id().equals(connection));
    }

    /** How many entries it has been told. */
    long told() {
        return told.get();
    }

    void resumed(String outcome) {
        rooms.resumed(outcome);
    }

    void gap() {
        rooms.gap();
    }

    int memberCount() {
        return members.length;
    }

    /** Called inside {@link Rooms}' map operation. */
    void add(Member member) {
        Member[] old = members;
        Member[] grown = Arrays.copyOf(old, old.length + 1);
        grown[old.length] = member;
        members = grown;
    }

    /** Called inside {@link Rooms}' map operation; true when nobody is left, and the room is then over. */
    boolean removedLast(Member member) {
        Member[] old = members;
        Member[] shrunk = Arrays.stream(old).filter(other -> other != member).toArray(Member[]::new);
        members = shrunk;
        if (shrunk.length > 0) {
            return false;
        }
        following.close();
        presence.close();
        return true;
    }

    void remove(Member member) {
        rooms.remove(id, member);
    }

    /** Whether the fan-out is so far behind its log that nothing more may be said here for now. */
    boolean isOverloaded() {
        return unsaid.get() >= maxBacklog;
    }

    /** Whether so many entries wait that an author should rather say the next thing than wait for an answer. */
    boolean isBusy() {
        return unsaid.get() >= BUSY;
    }

    /** Stores what a connection says. Called under the member's lock, so whatever goes wrong is dealt with elsewhere. */
    void append(Connection author, Draft draft) {
        backplane.append(id, draft).whenComplete((appended, failure) -> {
            if (failure != null) {
                LOG.log(Level.WARNING, "room {0} could not store what {1} said: {2}", id, author, failure);
                workers.fanOut().execute(() -> author.close(CloseCode.INTERNAL_ERROR));
            }
        });
    }

    CompletionStage<Appended> append(Draft draft) {
        return backplane.append(id, draft);
    }

    /** Reads what stands after a position, or only where the log ends. Whatever is later than that, this room is told. */
    CompletionStage<Slice> readAfter(@Nullable Position after, int limit) {
        CompletableFuture<Slice> slice = new CompletableFuture<>();
        following
                .from()
                .thenCompose(from -> after == null
                        ? backplane.readBefore(id, Long.MAX_VALUE, 0, 0)
                        : backplane.read(id, after, limit, Rooms.READ_BYTES))
                .whenComplete((read, failure) -> {
                    if (failure == null) {
                        slice.complete(read);
                    } else {
                        slice.completeExceptionally(failure);
                    }
                });
        return workers.within(slice, PATIENCE);
    }

    /** An entry as JSON clients are shown it, who are told everything that they have missed or that they have missed it all. */
    Outgoing rendered(Entry entry) {
        return new Outgoing(jsonWindow.render(entry));
    }

    /** The log has grown. Called in log order, one call at a time; only queues. */
    private void queue(Entry entry) {
        unsaid.incrementAndGet();
        told.incrementAndGet();
        queue(new Due.Said(entry, members));
    }

    private void queue(Break gap) {
        Member[] present = members;
        turn(null, () -> {
            for (Member member : present) {
                member.broken(gap);
            }
        });
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
        if (waiting.getAndIncrement() == 0) {
            proceed();
        }
    }

    private void proceed() {
        try {
            workers.fanOut().execute(this::fanOut);
        } catch (RejectedExecutionException stopped) {
            backlog.clear(); // the application has stopped; nobody is connected any more
        }
    }

    private void pause() {
        try {
            ScheduledFuture<?> unused = workers.timer().schedule(this::proceed, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            backlog.clear();
        }
    }

    /** The fan-out loop. Owned by one task at a time: from the moment `waiting` leaves 0 until it is 0 again. */
    private void fanOut() {
        Due next = backlog.peek();
        if (next == null) {
            return; // cleared, because the application has stopped
        }
        if (next instanceof Due.Turn) {
            done(takeTurns());
            return;
        }
        Due.Said first = (Due.Said) next;
        if (mostAreBehind(first.members())) {
            pause();
            return;
        }
        List<Entry> entries = new ArrayList<>();
        int characters = 0;
        while (backlog.peek() instanceof Due.Said due && due.members() == first.members()) {
            if (entries.size() == BATCH || characters > BATCH_CHARACTERS) {
                break;
            }
            backlog.remove();
            entries.add(due.entry());
            characters += due.entry().draft().text().length();
        }
        if (!rooms.isClosed()) {
            new Fanning(entries, first.members(), rooms.delivery()).run();
        }
        unsaid.addAndGet(-entries.size());
        done(entries.size());
    }

    private int takeTurns() {
        int taken = 0;
        while (taken < BATCH && backlog.peek() instanceof Due.Turn turn) {
            backlog.remove();
            turn.run();
            taken++;
        }
        return taken;
    }

    private void done(int count) {
        if (waiting.addAndGet(-count) > 0) {
            proceed(); // at the end of the queue: other rooms want a thread, too
        }
    }

    /** What the loop has to do. */
    private sealed interface Due {
        /** An entry, and who was in when it was said. */
        @SuppressWarnings("ArrayRecordComponent") // a snapshot, told from others by identity
        record Said(Entry entry, Member[] members) implements Due {}

        /** Something of one member, in its order among the entries. */
        record Turn(@Nullable Connection connection, Runnable task) implements Due {
            void run() {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.log(
                            Level.ERROR,
                            () -> (connection == null ? "a room" : connection) + " met a fault of ours",
                            e);
                    if (connection != null) {
                        connection.close(CloseCode.INTERNAL_ERROR);
                    }
                }
            }
        }
    }

    /** Looks at a few members, others each time. One that has stopped reading does not count as behind. */
    private boolean mostAreBehind(Member[] present) {
        int samples = Math.min(present.length, SAMPLES);
        int behind = 0;
        for (int i = 0; i < samples; i++) {
            sampled = (sampled + 1) % present.length;
            if (present[sampled].connection().isBehind()) {
                behind++;
            }
        }
        return behind * 2 > samples;
    }
}
