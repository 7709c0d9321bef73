package dev.parley.room;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.connection.Connection;
import dev.parley.connection.Workers;
import dev.parley.metrics.Histogram;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Outbound;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rooms that have members on this node. Thread-safe.
 *
 * <p>A room appears with its first member and is dropped with its last. From then on it takes nobody, so that nobody can join a
 * room that is just being dropped: whoever tries makes the next one. Nobody else is called inside an operation of the map.
 */
public final class Rooms {
    static final long READ_BYTES = 512 * 1024; // of a log, at once
    private static final int MAX_PAST_CHARACTERS = 512 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(5); // with a log that is asked

    private final Map<RoomId, Room> rooms = new ConcurrentHashMap<>();
    private final Backplane backplane;
    private final Workers workers;
    private final int maxBacklog;
    private final Function<RoomId, Overflow> overflow;
    private final Budget budget;
    private final int maxWireBytes;
    private final Histogram delivery = new Histogram();
    private final Map<String, LongAdder> resumes = new ConcurrentHashMap<>();
    private final LongAdder gaps = new LongAdder();
    private final LongAdder signals = new LongAdder();
    private final LongAdder droppedSignals = new LongAdder();
    private volatile boolean closed;

    /**
     * Rooms over a backplane.
     *
     * @param maxBacklog how many entries a room's fan-out may be behind its log
     * @param overflow what becomes of what clients of a room are too slow for
     * @param budget what rooms hold is counted in
     * @param maxWireBytes how long a message may become on the wire: what a text client says as a JSON string, and a JSON value with
     *     what stands around it
     */
    public Rooms(
            Backplane backplane,
            Workers workers,
            int maxBacklog,
            Function<RoomId, Overflow> overflow,
            Budget budget,
            int maxWireBytes) {
        this.budget = budget;
        this.maxWireBytes = maxWireBytes;
        this.overflow = overflow;
        this.backplane = backplane;
        this.workers = workers;
        this.maxBacklog = maxBacklog;
    }

    /**
     * Lets a connection into a room until it ends. It sees what is said from now on.
     *
     * @param user the name that others see
     * @param window the shape in which it sees the room
     * @param maySpeak asked when it comes and when it goes; whoever may not leaves no entry in the log. It must not block.
     */
    public TextMember join(RoomId id, Connection connection, String user, Window window, BooleanSupplier maySpeak) {
        connection.named(user);
        return entered(join(id, room -> new TextMember(room, connection, user, window, maySpeak)));
    }

    /** As above, with everything that has been said since the seat was taken. */
    public TextMember join(Seat seat, Connection connection, String user, Window window, BooleanSupplier maySpeak) {
        connection.named(user);
        Room room = seat.room();
        TextMember member = new TextMember(room, connection, user, window, maySpeak);
        member.sitDown();
        if (!room.add(member)) { // it was given up meanwhile
            return join(room.id(), connection, user, window, maySpeak);
        }
        List<Entry> kept = seat.take(); // what comes from now on comes to the member
        boolean hasMissed = seat.hasMissed();
        seat.close();
        room.loop().turn(connection, () -> member.rise(kept, hasMissed));
        return entered(member);
    }

    private TextMember entered(TextMember member) {
        member.room.presence().enter(member);
        member.connection().note("joined " + member.room.id());
        member.connection().onEnd(member::ended); // at once, if it ended meanwhile
        return member;
    }

    /** Keeps a place for somebody who is on the way, and what is said meanwhile. To be closed if nobody takes it. */
    public Seat reserve(RoomId id) {
        while (true) {
            Room room = room(id);
            Seat seat = new Seat(room, budget);
            if (add(room, () -> room.add(seat))) {
                return seat;
            }
        }
    }

    /**
     * Lets a JSON client into a room until it leaves. It is told nothing until it has said from where on. That its connection
     * has ended is the caller's to tell it.
     */
    public JsonMember join(RoomId id, Connection connection, String user) {
        connection.named(user);
        return join(id, room -> new JsonMember(room, connection, user));
    }

    /** Lets a JSON client speak in a room without being in it: it is told nothing, and nobody is told that it is there. */
    public JsonMember speaker(RoomId id, Connection connection, String user) {
        Room known = rooms.get(id);
        return new JsonMember(
                known != null ? known : new Room(id, this, backplane, workers, maxBacklog, overflow.apply(id)),
                connection,
                user);
    }

    private <M extends Member> M join(RoomId id, Function<Room, M> making) {
        while (true) {
            Room room = room(id);
            M member = making.apply(room);
            if (add(room, () -> room.add(member))) {
                return member;
            }
        }
    }

    /** The room, made if need be; over, perhaps, by the time somebody wants in. */
    Room room(RoomId id) {
        Room known = rooms.get(id);
        if (known != null) {
            return known;
        }
        Room made = new Room(id, this, backplane, workers, maxBacklog, overflow.apply(id));
        Room other = rooms.putIfAbsent(id, made);
        return other == null ? made : other;
    }

    /** False if the room is over. It does not stay if the log cannot be followed. */
    private boolean add(Room room, BooleanSupplier adding) {
        boolean isIn = false;
        try {
            isIn = adding.getAsBoolean();
        } finally {
            if (!isIn) {
                rooms.remove(room.id(), room);
                if (room.isNowOver()) {
                    room.close();
                }
            }
        }
        return isIn;
    }

    /**
     * A piece of a room's past.
     *
     * @param messages as JSON clients are shown them, oldest first
     * @param more whether there is more before them
     */
    public record Past(List<String> messages, boolean more) {}

    /** Reads the last {@code limit} messages before a number; fewer if they are long. */
    public CompletionStage<Past> past(RoomId id, long before, int limit) {
        return inTime(backplane.readBefore(id, before, limit, READ_BYTES)).thenApply(read -> past(id, read));
    }

    /** The answer of a log, or a failure if it takes too long. */
    CompletionStage<Slice> inTime(CompletionStage<Slice> answer) {
        return workers.within(answer.thenApply(Function.<Slice>identity()).toCompletableFuture(), PATIENCE);
    }

    private static Past past(RoomId id, Slice slice) {
        JsonWindow window = new JsonWindow(id);
        ArrayDeque<String> messages = new ArrayDeque<>();
        List<Entry> entries = slice.entries();
        long characters = 0;
        for (int i = entries.size() - 1; i >= 0; i--) {
            String message = window.render(entries.get(i));
            characters += message.length();
            if (characters > MAX_PAST_CHARACTERS && !messages.isEmpty()) {
                return new Past(List.copyOf(messages), true);
            }
            messages.addFirst(message);
        }
        return new Past(List.copyOf(messages), slice.more());
    }

    /**
     * Tells everybody who is in a room, on all nodes, and keeps nothing; text clients are told nothing. False if it is given up at once,
     * because too many are on their way.
     *
     * @param json a JSON value
     */
    public boolean signal(RoomId id, Draft.Author author, String json) {
        String text = new Outbound.Signal(id.name(), author.user(), author.connection(), json).text();
        boolean isOnItsWay = backplane.signal(id, new Signal(author.connection(), text));
        (isOnItsWay ? signals : droppedSignals).increment();
        return isOnItsWay;
    }

    /** How many signals this node has sent on their way. */
    public long signals() {
        return signals.sum();
    }

    /** How many times a signal did not reach one who was to be told it, or nobody at all, because too many were on their way. */
    public long droppedSignals() {
        return droppedSignals.sum();
    }

    void droppedSignals(int count) {
        droppedSignals.add(count);
    }

    /** Closes the text clients of this node that are in a room under such a name. */
    public void closeTexts(RoomId id, Predicate<String> user, CloseCode code) {
        Room room = rooms.get(id);
        if (room != null) {
            texts(room)
                    .filter(member -> user.test(member.author.user()))
                    .forEach(member -> member.connection().close(code));
        }
    }

    /** The rooms that text clients of this node are in. */
    public Set<RoomId> withTexts() {
        return rooms.values().stream()
                .filter(room -> texts(room).findAny().isPresent())
                .map(Room::id)
                .collect(Collectors.toSet());
    }

    private static Stream<Member> texts(Room room) {
        return room.members().stream().filter(TextMember.class::isInstance);
    }

    private Stream<Room> shown() {
        return rooms.values().stream().filter(room -> !room.id().isInbox());
    }

    /** How many rooms have members here, without inboxes; and so for all figures below. */
    public int count() {
        return (int) shown().count();
    }

    /** How long deliveries take, from when this node was told of an entry to the wire: a sample of each run. */
    public Histogram delivery() {
        return delivery;
    }

    /** How many members each room has here, by name. */
    public Map<String, Integer> sizes() {
        return shown().collect(Collectors.toMap(
                room -> room.id().name(), room -> room.members().size(), (old, made) -> made));
    }

    /** The rooms with the most members here, at most so many: names with numbers of members. */
    public Map<String, Integer> biggest(int limit) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes().entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(limit)
                .forEach(entry -> sizes.put(entry.getKey(), entry.getValue()));
        return sizes;
    }

    /** The connections of this node that are in a room; a room that is not here has none. */
    public Set<String> connectionsIn(String name) {
        return RoomId.parse(name)
                .flatMap(id -> Optional.ofNullable(rooms.get(id)))
                .map(room -> room.members().stream()
                        .map(member -> member.connection().id())
                        .collect(Collectors.toUnmodifiableSet()))
                .orElse(Set.of());
    }

    /** The rooms that a connection of this node is in. Looks at every member of every room. */
    public List<String> roomsOf(String connection) {
        return shown().filter(room -> room.members().stream()
                        .anyMatch(member -> member.connection().id().equals(connection)))
                .map(room -> room.id().name())
                .sorted()
                .toList();
    }

    /** How many entries each room has been told by its log since its first member came. */
    public Map<String, Long> told() {
        return shown().collect(Collectors.toMap(room -> room.id().name(), Room::told, (old, made) -> made));
    }

    /** Who came back to a position, by what became of it: {@code ok}, or why something was lost. */
    public Map<String, Long> resumes() {
        Map<String, Long> counts = new TreeMap<>();
        resumes.forEach((outcome, count) -> counts.put(outcome, count.sum()));
        return counts;
    }

    /** How often a member who had not come back was told that something is missing. */
    public long gaps() {
        return gaps.sum();
    }

    void resumed(String outcome) {
        resumes.computeIfAbsent(outcome, first -> new LongAdder()).increment();
    }

    void gap() {
        gaps.increment();
    }

    /** Delivers nothing more, so that closing all members does not tell each of them of all the others. */
    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** What rooms and those who are in them hold is counted in it. */
    public Budget budget() {
        return budget;
    }

    int maxWireBytes() {
        return maxWireBytes;
    }

    /** Whether a JSON value would be longer than a message may be, as members of the room would be sent it. */
    public boolean isTooBig(RoomId room, Draft draft) {
        return JsonWindow.bytes(room, draft) > maxWireBytes;
    }

    /** The room is over. */
    void drop(Room room) {
        rooms.remove(room.id(), room);
        room.close();
    }
}
