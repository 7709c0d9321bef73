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
import dev.parley.connection.Outgoing;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.node.Tracing;
import dev.parley.protocol.CloseCode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
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
    private static final long PAUSE_MILLIS = 1;
    private static final int BATCH = 64; // entries that one run hands to each member, to leave together
    private static final int BATCH_CHARACTERS = 32 * 1024;
    private static final int BUSY = 4;
    private static final int SAMPLES = 16;
    private static final Break DROPPED = new Break(Break.Reason.TRIMMED, Position.ORIGIN);
    private static final long MARGIN = 4; // times the backlog at which nobody here may say more, all of it is dropped
    private static final int PART_OF_BUDGET =
            8; // at which nobody here may say more; all of it is dropped at twice that
    static final long BYTES = 3_072; // the objects of a room with somebody in it, and of its log, about
    private static final long OVERHEAD = 300; // objects around the text of an entry
    private static final int LONGEST_ESCAPE = 6; // \u0000
    private static final Duration PATIENCE = Duration.ofSeconds(5); // with a log that is asked

    private final RoomId id;
    private final Rooms rooms;
    private final Backplane backplane;
    private final Workers workers;
    private final int maxBacklog;
    private final Budget budget;
    private final JsonWindow jsonWindow;
    private final Presence presence;
    private final Signals signals;

    private volatile Member[] members = new Member[0]; // swapped under the lock
    private volatile Seat[] seats = new Seat[0]; // swapped under the lock
    private volatile @Nullable Following following; // written under the lock, before the first member is in
    private boolean isOver; // guarded by this
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
    private final AtomicLong told = new AtomicLong();
    private volatile @Nullable Position top; // the last one that it was told; null before the first

    Room(RoomId id, Rooms rooms, Backplane backplane, Workers workers, int maxBacklog, Overflow overflow) {
        this.id = id;
        this.rooms = rooms;
        this.backplane = backplane;
        this.workers = workers;
        this.maxBacklog = maxBacklog;
        this.budget = rooms.budget();
        this.jsonWindow = new JsonWindow(id, overflow);
        this.signals = new Signals(() -> members, workers, budget, rooms::droppedSignals);
        this.presence = new Presence(id, this::turn, backplane.presence(), workers, budget);
    }

    private final class Log implements Follower {
        @Override
        public void appended(Entry entry) {
            queue(entry);
        }

        @Override
        public void broken(Break gap) {
            queue(gap);
        }

        @Override
        public void signalled(Signal signal) {
            if (!rooms.isClosed() && members.length > 0) {
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

    Presence presence() {
        return presence;
    }

    Set<String> connections() {
        return Arrays.stream(members).map(member -> member.connection().id()).collect(Collectors.toUnmodifiableSet());
    }

    Stream<Member> texts() {
        return Arrays.stream(members).filter(TextMember.class::isInstance);
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

    /** False if the room is over; another of that name may then be made. */
    synchronized boolean add(Member member) {
        if (!begun()) {
            return false;
        }
        Member[] old = members;
        Member[] grown = Arrays.copyOf(old, old.length + 1);
        grown[old.length] = member;
        members = grown;
        budget.hold(Budget.Use.ROOMS, Member.BYTES);
        member.connection().occupies(Member.BYTES + BYTES);
        return true;
    }

    /** False if the room is over; another of that name may then be made. */
    synchronized boolean add(Seat seat) {
        if (!begun()) {
            return false;
        }
        Seat[] old = seats;
        Seat[] grown = Arrays.copyOf(old, old.length + 1);
        grown[old.length] = seat;
        seats = grown;
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
        Member[] others =
                Arrays.stream(members).filter(other -> other != member).toArray(Member[]::new);
        if (others.length < members.length) {
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
        if (isOver || members.length + seats.length > 0) {
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

    /** Whether a JSON value would be too long on the wire, with what stands around it. */
    boolean isTooBig(Draft draft) {
        return rooms.isTooBig(id, draft);
    }

    /**
     * Whether a text would be longer as JSON than a message may be: a control character takes six. Looked at closely only where it
     * is near.
     */
    boolean isTooLong(String text) {
        int max = rooms.maxWireBytes();
        if ((long) text.length() * LONGEST_ESCAPE <= max) {
            return false;
        }
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                length += c == '\n' || c == '\t' || c == '\r' || c == '\b' || c == '\f' ? 2 : LONGEST_ESCAPE;
            } else if (c < 0x80) {
                length += c == '"' || c == '\\' ? 2 : 1;
            } else {
                length += c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            }
        }
        return length > max;
    }

    /** Whether the fan-out is so far behind its log that nothing more may be said here for now. */
    boolean isOverloaded() {
        return unsaid.get() >= maxBacklog || bytes.get() > budget.max() / PART_OF_BUDGET;
    }

    /** Whether so many entries wait that an author should rather say the next thing than wait for an answer. */
    boolean isBusy() {
        return unsaid.get() >= BUSY;
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

    /** Tells everybody who is in; false if it is given up at once. */
    boolean signal(Draft.Author author, String json) {
        return rooms.signal(id, author, json);
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
        CompletableFuture<Slice> slice = new CompletableFuture<>();
        Objects.requireNonNull(following, "followed before anybody is in")
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
        told.incrementAndGet();
        top = entry.position();
        for (Seat seat : seats) {
            seat.keep(entry);
        }
        Member[] present = members;
        if (isDropping.get() || present.length == 0) {
            return;
        }
        unsaid.incrementAndGet();
        Due.Said said = new Due.Said(entry, present);
        budget.hold(Budget.Use.BACKLOG, said.cost);
        boolean isTooMuch =
                bytes.addAndGet(said.cost) > 2 * (budget.max() / PART_OF_BUDGET) || unsaid.get() > MARGIN * maxBacklog;
        queue(said);
        if (isTooMuch) {
            dropBacklog();
        }
    }

    private void queue(Break gap) {
        top = gap.after();
        for (Seat seat : seats) {
            seat.miss();
        }
        Member[] present = members;
        turn(null, () -> tell(present, gap));
    }

    private void tell(Member[] present, Break gap) {
        for (Member member : present) {
            try {
                member.broken(gap);
            } catch (Throwable fault) { // the others must know all the same
                Threads.report(member.connection() + " is closed", fault);
                member.connection().close(CloseCode.INTERNAL_ERROR);
            }
        }
    }

    /** What waits here, and for those who are on the way. */
    @Override
    public long held() {
        long sum = bytes.get() + signals.held();
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
        if (bytes.get() > 0) {
            dropBacklog();
        }
    }

    /** Lets go of all entries that wait, and of what comes until members have been told so. Their places in the order stay. */
    private void dropBacklog() {
        if (!isDropping.compareAndSet(false, true)) {
            return;
        }
        for (Due due : backlog) {
            if (due instanceof Due.Said said) {
                take(said);
            }
        }
        LOG.log(Level.WARNING, "room {0} cannot keep up here; members are told that something is missing", id);
        turn(null, () -> {
            isDropping.set(false); // before members are looked at: whoever is in by now may have missed something
            tell(members, DROPPED);
        });
    }

    /** The entry; null if it was dropped. */
    private @Nullable Entry take(Due.Said said) {
        Entry entry = said.getAndSet(null);
        if (entry != null) {
            unsaid.decrementAndGet();
            bytes.addAndGet(-said.cost);
            budget.release(Budget.Use.BACKLOG, said.cost);
        }
        return entry;
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
            Threads.report("room " + id, fault);
            tell(members, DROPPED);
        }
        int left = waiting.addAndGet(-removed);
        if (left > 0) {
            if (mayGoOn) {
                proceed(); // at the end of the queue: other rooms want a thread, too
            } else {
                pause();
            }
        }
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
        while (!hasHole && backlog.peek() instanceof Due.Said due && due.members == first.members) {
            if (entries.size() == BATCH || characters > BATCH_CHARACTERS) {
                break;
            }
            backlog.remove();
            removed++;
            Entry entry = due.get(); // counted until it has been handed on
            if (entry == null) {
                hasHole = true;
            } else {
                entries.add(entry);
                batch.add(due);
                characters += entry.draft().text().length();
            }
        }
        try {
            if (!rooms.isClosed() && !entries.isEmpty()) {
                new Fanning(entries, first.members, rooms.delivery(), first.toldAt, budget).run();
                trace(first.members.length);
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
                Tracing.here().delivered(id.name(), message, entry.draft().trace(), members, due.toldAt);
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
            private final Member[] members; // a snapshot, told from others by identity
            private final long cost;
            private final long toldAt = System.nanoTime();

            Said(Entry entry, Member[] members) {
                super(entry);
                this.members = members;
                this.cost = costOf(entry);
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
