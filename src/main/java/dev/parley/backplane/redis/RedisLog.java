package dev.parley.backplane.redis;

import static dev.parley.backplane.redis.RedisConnection.bytes;
import static dev.parley.backplane.redis.RedisConnection.text;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.backplane.engine.DraftBytes;
import dev.parley.backplane.engine.Excerpt;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** The logs in Redis. Everything that must be one step is a script; the rest goes out in one piece. */
final class RedisLog implements Link.Log {
    private static final int KEYS = 3; // of a room, in the scripts that append
    private static final long KEY_SECONDS = Backplane.KEY_MEMORY.toSeconds() + 30;
    private static final long STREAM_SECONDS = Duration.ofDays(7).toSeconds(); // of a room where nobody speaks
    private static final long META_SECONDS = Duration.ofDays(30).toSeconds(); // longer, so that numbers go on

    private final RedisShards redis;
    private final RedisKeys keys;
    private final int entriesPerRoom;

    RedisLog(RedisShards redis, RedisKeys keys, int entriesPerRoom) {
        this.redis = redis;
        this.keys = keys;
        this.entriesPerRoom = entriesPerRoom;
    }

    @Override
    public List<Link.Outcome> append(List<Link.Proposal> batch) throws LinkException {
        for (Link.Proposal proposal : batch) {
            String after = proposal.after();
            List<byte[]> parts = new ArrayList<>();
            addKeys(parts, proposal);
            addArguments(parts, proposal);
            if (after != null) {
                parts.add(keys.key(proposal.room(), after));
            }
            send(after == null ? Scripts.APPEND : Scripts.APPEND_AFTER, KEYS, parts);
        }
        return redis.answers().stream().map(RedisLog::outcome).toList();
    }

    private void addKeys(List<byte[]> parts, Link.Proposal proposal) {
        RoomId room = proposal.room();
        parts.add(keys.meta(room));
        parts.add(keys.stream(room));
        parts.add(keys.key(room, proposal.draft().key()));
    }

    private void addArguments(List<byte[]> parts, Link.Proposal proposal) {
        RoomId room = proposal.room();
        parts.add(bytes(redis.run(keys.meta(room))));
        parts.add(bytes(proposal.message()));
        parts.add(bytes(proposal.message()));
        parts.add(DraftBytes.encode(proposal.draft()));
        parts.add(bytes(entriesPerRoom));
        parts.add(keys.channel(room));
        parts.add(bytes(KEY_SECONDS));
        parts.add(bytes(STREAM_SECONDS));
        parts.add(bytes(META_SECONDS));
    }

    private void send(String script, int keyCount, List<byte[]> parts) throws LinkException {
        redis.sendScript(script, keyCount, parts.toArray(byte[][]::new));
    }

    /** One script where all rooms are on one server; else each by itself. */
    @Override
    public List<Position> appendTogether(List<Link.Proposal> all) throws LinkException {
        if (!redis.isOne()) {
            return append(all).stream()
                    .map(outcome -> outcome.stored().orElseThrow(() -> new BackplaneException(outcome.refusal())))
                    .toList();
        }
        List<byte[]> parts = new ArrayList<>();
        all.forEach(proposal -> addKeys(parts, proposal));
        all.forEach(proposal -> addArguments(parts, proposal));
        send(Scripts.APPEND_TOGETHER, KEYS * all.size(), parts);
        return ((List<?>) redis.requireAnswers().get(0))
                .stream().map(RedisLog::position).toList();
    }

    @Override
    public boolean erase(RoomId room, String message, String erasure) throws LinkException {
        Link.Proposal told = new Link.Proposal(room, Erasure.of(message), erasure, null);
        List<byte[]> parts = new ArrayList<>();
        addKeys(parts, told);
        addArguments(parts, told);
        parts.add(bytes(message));
        parts.add(DraftBytes.encode(Erasure.HOLE));
        send(Scripts.ERASE, KEYS, parts);
        return !Long.valueOf(0).equals(redis.requireAnswers().get(0));
    }

    private static Link.Outcome outcome(@Nullable Object answer) {
        if (answer instanceof JedisDataException refusal) {
            return Link.Outcome.refused(RedisConnection.refused(refusal));
        }
        return answer == null ? Link.Outcome.outOfOrder() : Link.Outcome.stored(position(answer));
    }

    private static Position position(Object answer) {
        String[] stored = Objects.requireNonNull(text(answer)).split(" ", 3);
        return new Position(stored[0], Long.parseLong(stored[1]), stored[2]);
    }

    @Override
    public Map<RoomId, Position> tops(Set<RoomId> rooms) throws LinkException {
        List<RoomId> order = List.copyOf(rooms);
        for (RoomId room : order) {
            redis.send(Command.HMGET, keys.meta(room), bytes("s"), bytes("e"), bytes("i"));
        }
        return answers(order, RedisLog::top);
    }

    private <T> Map<RoomId, T> answers(List<RoomId> order, Function<List<?>, T> reading) throws LinkException {
        List<Object> answers = redis.requireAnswers();
        Map<RoomId, T> read = new HashMap<>();
        for (int i = 0; i < order.size(); i++) {
            read.put(order.get(i), reading.apply((List<?>) answers.get(i)));
        }
        return read;
    }

    private static Position top(List<?> meta) {
        String seq = text(meta.get(0));
        String epoch = text(meta.get(1));
        String message = text(meta.get(2));
        return seq == null || epoch == null || message == null
                ? Position.ORIGIN
                : new Position(epoch, Long.parseLong(seq), message);
    }

    @Override
    public Map<RoomId, Excerpt> read(Map<RoomId, Position> after, Link.Bounds bounds, boolean isForFollowers)
            throws LinkException {
        Map<RoomId, Excerpt> excerpts = new HashMap<>();
        Map<RoomId, Excerpt.Start> elsewhere = new LinkedHashMap<>();
        pieces(after, bounds).forEach((room, piece) -> {
            Position asked = Objects.requireNonNull(after.get(room));
            Excerpt.Start start = piece.state().startAfter(asked);
            if (start.from().seq() == asked.seq()) {
                excerpts.put(room, piece.excerpt(start));
            } else {
                elsewhere.put(room, start);
            }
        });
        Map<RoomId, Position> starts = new HashMap<>();
        elsewhere.forEach((room, start) -> starts.put(room, start.from()));
        pieces(starts, bounds)
                .forEach((room, piece) ->
                        excerpts.put(room, piece.excerpt(Objects.requireNonNull(elsewhere.get(room)))));
        return excerpts;
    }

    private Map<RoomId, Piece> pieces(Map<RoomId, Position> after, Link.Bounds bounds) throws LinkException {
        List<RoomId> order = List.copyOf(after.keySet());
        for (RoomId room : order) {
            Position position = Objects.requireNonNull(after.get(room));
            sendRead(Scripts.READ, room, bounds, position.seq(), bytes(position.epoch()));
        }
        return answers(order, RedisLog::piece);
    }

    private void sendRead(String script, RoomId room, Link.Bounds bounds, long seq, byte[]... more)
            throws LinkException {
        List<byte[]> parts = new ArrayList<>(List.of(
                keys.meta(room),
                keys.stream(room),
                bytes(bounds.entries()),
                bytes(bounds.bytes()),
                bytes(bounds.isOneAtLeast() ? 1 : 0),
                bytes(Math.max(0, seq)),
                ofEntries(bounds.keep()),
                ofMillis(bounds.keep()),
                ofBytes(bounds.keep())));
        parts.addAll(List.of(more));
        send(script, 2, parts);
    }

    private static Piece piece(List<?> answer) {
        Position top = top(answer);
        String end = text(answer.get(3));
        String first = text(answer.get(4));
        long floor = first == null ? top.seq() : number(first) - 1;
        OptionalLong endOfEpoch = end == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(end));
        Excerpt.State state = new Excerpt.State(top, floor, endOfEpoch, text(answer.get(5)));
        return new Piece(state, entries(answer.get(6)), (long) answer.get(7) == 1);
    }

    private static List<Entry> entries(Object streamed) {
        List<Entry> entries = new ArrayList<>();
        for (Object each : (List<?>) streamed) {
            entries.add(entry((List<?>) each));
        }
        return entries;
    }

    private static Entry entry(List<?> streamed) {
        long seq = number(Objects.requireNonNull(text(streamed.get(0))));
        List<?> fields = (List<?>) streamed.get(1);
        String epoch = Objects.requireNonNull(text(fields.get(1)));
        String message = Objects.requireNonNull(text(fields.get(3)));
        Instant at = Instant.ofEpochMilli(Long.parseLong(Objects.requireNonNull(text(fields.get(5)))));
        Draft draft = DraftBytes.decode(ByteBuffer.wrap((byte[]) fields.get(7)));
        return new Entry(new Position(epoch, seq, message), draft, at);
    }

    private static long number(String streamId) {
        return Long.parseLong(streamId.substring(0, streamId.indexOf('-')));
    }

    @Override
    public Slice readBefore(RoomId room, long seq, Link.Bounds bounds) throws LinkException {
        sendRead(Scripts.READ_BEFORE, room, bounds, seq - 1);
        List<?> answer = (List<?>) redis.requireAnswers().get(0);
        return Slice.backwards(entries(answer.get(3)), (long) answer.get(4) == 1, top(answer));
    }

    /** What does not count is the empty text; and so for the others. */
    private static byte[] ofEntries(Keep keep) {
        return keep.entries() == Keep.ALL.entries() ? bytes("") : bytes(keep.entries());
    }

    private static byte[] ofMillis(Keep keep) {
        return keep.isTimed() ? bytes(keep.age().toMillis()) : bytes("");
    }

    private static byte[] ofBytes(Keep keep) {
        return keep.bytes() == Keep.ALL.bytes() ? bytes("") : bytes(keep.bytes());
    }

    @Override
    public Map<RoomId, Long> trim(Map<RoomId, Keep> rooms) throws LinkException {
        List<RoomId> order = List.copyOf(rooms.keySet());
        for (RoomId room : order) {
            Keep keep = Objects.requireNonNull(rooms.get(room));
            redis.sendScript(
                    Scripts.TRIM,
                    2,
                    keys.meta(room),
                    keys.stream(room),
                    bytes(Backplane.DELIVERY.toMillis()),
                    bytes(keep.isTimed() ? 1 : 0),
                    bytes(STREAM_SECONDS),
                    bytes(""),
                    ofEntries(keep),
                    ofMillis(keep),
                    ofBytes(keep));
        }
        List<Object> answers = redis.requireAnswers();
        Map<RoomId, Long> later = new HashMap<>();
        for (int i = 0; i < order.size(); i++) {
            long millis = (long) answers.get(i);
            if (millis >= 0) {
                later.put(order.get(i), millis);
            }
        }
        return later;
    }

    @Override
    public Position purge(RoomId room) throws LinkException {
        redis.sendScript(Scripts.PURGE, 2, keys.meta(room), keys.stream(room));
        return top((List<?>) redis.requireAnswers().get(0));
    }

    /** What one read gave: what is known of the log, entries after what was asked for, and whether there are more. */
    private record Piece(Excerpt.State state, List<Entry> entries, boolean more) {
        Excerpt excerpt(Excerpt.Start start) {
            return new Excerpt(new Slice(entries, start.broken(), state.top(), more), start.from());
        }
    }
}
