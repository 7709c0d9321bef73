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
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.connection.Connection;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.node.Tracing;
import dev.parley.protocol.CloseCode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
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
 * anything is stored. What others store all the same, through other nodes or the HTTP API, is dropped where it is too much for
 * this node, in entries or in bytes, and members are told that something is missing; what they asked for is still done.
 */
final class Room implements Budget.Holder {
    private static final Logger LOG = System.getLogger(Room.class.getName());
    static final long BYTES = 3_072; // the objects of a room with somebody in it, and of its log, about
    private static final long OVERHEAD = 300; // objects around the text of an entry

    private final RoomId id;
    private final Rooms rooms;
    private final Backplane backplane;
    private final Workers workers;
    private final RoomLoop loop;
    private final Budget budget;
    private final JsonWindow jsonWindow;
    private final Presence presence;
    private final Signals signals;

    private volatile Present members = Present.NOBODY; // swapped under the lock
    private volatile Seat[] seats = new Seat[0]; // swapped under the lock
    private volatile @Nullable Window textWindow; // the last one that was new
    private volatile @Nullable Following following; // written under the lock, before the first member is in
    private boolean isOver; // guarded by this
    private final AtomicLong told = new AtomicLong();
    private volatile @Nullable Position top; // the last one that it was told; null before the first

    Room(RoomId id, Rooms rooms, Backplane backplane, Workers workers, int maxBacklog, Overflow overflow) {
        this.id = id;
        this.rooms = rooms;
        this.backplane = backplane;
        this.workers = workers;
        this.budget = rooms.budget();
        this.jsonWindow = new JsonWindow(id, overflow);
        this.signals = new Signals(() -> members, workers, budget, rooms::droppedSignals);
        this.loop = new RoomLoop(id, () -> members, rooms, workers, maxBacklog);
        this.presence = new Presence(id, loop::turn, backplane.presence(), workers, budget);
    }

    /** Called in log order, one call at a time; only queues. */
    private final class Log implements Follower {
        @Override
        public void appended(Entry entry) {
            told.incrementAndGet();
            top = entry.position();
            for (Seat seat : seats) {
                seat.keep(entry);
            }
            Present present = members;
            if (present.size() > 0) {
                loop.say(entry, present);
            }
        }

        @Override
        public void broken(Break gap) {
            top = gap.after();
            for (Seat seat : seats) {
                seat.miss();
            }
            loop.say(gap, members);
        }

        @Override
        public void signalled(Signal signal) {
            if (!rooms.isClosed() && members.size() > 0) {
                signals.add(signal);
            }
        }
    }

    /** What an entry costs in the heap. */
    static long costOf(Entry entry) {
        return OVERHEAD + Budget.costOf(entry.draft().text().length());
    }

    RoomId id() {
        return id;
    }

    JsonWindow jsonWindow() {
        return jsonWindow;
    }

    /** That window, or an equal one that others look through, so that most who see alike have the same. */
    Window shared(Window window) {
        Window known = textWindow;
        if (known != null && known.equals(window)) {
            return known;
        }
        textWindow = window;
        return window;
    }

    Presence presence() {
        return presence;
    }

    /** Those who are in just now. */
    Present members() {
        return members;
    }

    /** How many entries it has been told. */
    long told() {
        return told.get();
    }

    RoomLoop loop() {
        return loop;
    }

    Rooms rooms() {
        return rooms;
    }

    /** False if the room is over; another of that name may then be made. */
    synchronized boolean add(Member member) {
        if (!begun()) {
            return false;
        }
        members = members.with(member);
        budget.hold(Budget.Use.ROOMS, Member.BYTES);
        member.connection().occupies(Member.BYTES + BYTES);
        return true;
    }

    /** False if the room is over; another of that name may then be made. */
    synchronized boolean add(Seat seat) {
        if (!begun()) {
            return false;
        }
        seats = Stream.concat(Arrays.stream(seats), Stream.of(seat)).toArray(Seat[]::new);
        return true;
    }

    /** The log is followed before anybody is in. It calls back without this lock. */
    private boolean begun() {
        if (!isOver && following == null) {
            following = backplane.follow(id, new Log());
            budget.join(this);
            budget.hold(Budget.Use.ROOMS, BYTES);
        }
        return !isOver;
    }

    /** True, once, when nobody is left, and the room is then over. */
    synchronized boolean removedLast(Member member) {
        Present others = members.without(member);
        if (others.size() < members.size()) {
            members = others;
            budget.release(Budget.Use.ROOMS, Member.BYTES);
            member.connection().occupies(-Member.BYTES - BYTES);
        }
        return isNowOver();
    }

    /** As for a member. */
    synchronized boolean removedLast(Seat seat) {
        seats = Arrays.stream(seats).filter(other -> other != seat).toArray(Seat[]::new);
        return isNowOver();
    }

    /** True, once, when nobody is in, and the room is then over. */
    synchronized boolean isNowOver() {
        if (isOver || members.size() + seats.length > 0) {
            return false;
        }
        isOver = true;
        return true;
    }

    /** Lets go of the log. Without any lock, since others are called. */
    void close() {
        budget.leave(this);
        Following last = following;
        if (last != null) {
            last.close();
            budget.release(Budget.Use.ROOMS, BYTES);
        }
        presence.close();
        signals.clear();
    }

    void remove(Member member) {
        if (removedLast(member)) {
            rooms.drop(this);
        }
    }

    void remove(Seat seat) {
        if (removedLast(seat)) {
            rooms.drop(this);
        }
    }

    Budget budget() {
        return budget;
    }

    /** Stores what a connection says. Called under the member's lock, so whatever goes wrong is dealt with elsewhere. */
    void append(Connection author, Draft draft) {
        Tracing.Origin origin = draft.kind() == Draft.Kind.MESSAGE ? author.origin() : null;
        backplane.publish(id, draft, null, origin).whenComplete((appended, failure) -> {
            if (failure != null) {
                LOG.log(Level.WARNING, "room {0} could not store what {1} said: {2}", id, author, failure);
                workers.fanOut().execute(() -> author.close(CloseCode.INTERNAL_ERROR));
            }
        });
    }

    CompletionStage<Appended> append(Connection author, Draft draft, @Nullable String after) {
        return backplane.publish(id, draft, after, author.origin());
    }

    /** Where its log ended when it was last heard of: it is told all that is later. Asks nobody; complete once it follows the log. */
    CompletionStage<Position> position() {
        return Objects.requireNonNull(following, "followed before anybody is in")
                .from()
                .thenApply(from -> Objects.requireNonNullElse(top, from));
    }

    /** Reads what stands after a position, or only where the log ends. Whatever is later than that, this room is told. */
    CompletionStage<Slice> readAfter(@Nullable Position after, int limit) {
        return rooms.inTime(Objects.requireNonNull(following, "followed before anybody is in")
                .from()
                .thenCompose(from -> after == null
                        ? backplane.readBefore(id, Long.MAX_VALUE, 0, 0)
                        : backplane.read(id, after, limit, Rooms.READ_BYTES)));
    }

    /** What waits here, and for those who are on the way. */
    @Override
    public long held() {
        long sum = loop.held() + signals.held();
        for (Seat seat : seats) {
            sum += seat.held();
        }
        return sum;
    }

    @Override
    public void giveWay() {
        rooms.droppedSignals(signals.clear());
        for (Seat seat : seats) {
            if (seat.held() > 0) {
                seat.miss();
            }
        }
        if (loop.held() > 0) {
            loop.drop();
        }
    }
}
