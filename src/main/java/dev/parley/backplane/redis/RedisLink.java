package dev.parley.backplane.redis;

import static dev.parley.backplane.redis.RedisConnection.bytes;
import static dev.parley.backplane.redis.RedisConnection.text;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** What a node asks of Redis. Everything that must be one step is a script; the rest goes out in one piece. */
final class RedisLink implements Link {
    private static final long KEY_SECONDS = Backplane.KEY_MEMORY.toSeconds() + 30;
    private static final long STREAM_SECONDS = Duration.ofDays(7).toSeconds(); // of a room where nobody speaks
    private static final long META_SECONDS = Duration.ofDays(30).toSeconds(); // longer, so that numbers go on

    private final RedisShards redis;
    private final RedisKeys keys;
    private final RedisPresence presence;
    private final int entriesPerRoom;

    RedisLink(RedisShards redis, RedisKeys keys, int entriesPerRoom) {
        this.redis = redis;
        this.keys = keys;
        this.presence = new RedisPresence(redis, keys);
        this.entriesPerRoom = entriesPerRoom;
    }

    @Override
    public List<Outcome> append(List<Proposal> batch) throws LinkException {
        for (Proposal proposal : batch) {
            RoomId room = proposal.room();
            redis.sendScript(
                    Scripts.APPEND,
                    3,
                    keys.meta(room),
                    keys.stream(room),
                    keys.key(room, proposal.draft().key()),
                    bytes(redis.run(keys.meta(room))),
                    bytes(proposal.message()),
                    bytes(proposal.message()),
                    DraftBytes.encode(proposal.draft()),
                    bytes(entriesPerRoom),
                    keys.channel(room),
                    bytes(KEY_SECONDS),
                    bytes(STREAM_SECONDS),
                    bytes(META_SECONDS));
        }
        return redis.answers().stream().map(RedisLink::outcome).toList();
    }

    private static Outcome outcome(Object answer) {
        if (answer instanceof JedisDataException refusal) {
            return Outcome.refused("Redis answers " + RedisConnection.firstWord(String.valueOf(refusal.getMessage())));
        }
        String[] stored = Objects.requireNonNull(text(answer)).split(" ", 3);
        return Outcome.stored(new Position(stored[0], Long.parseLong(stored[1]), stored[2]));
    }

    @Override
    public Map<RoomId, Position> tops(Set<RoomId> rooms) throws LinkException {
        if (rooms.isEmpty()) {
            redis.ping();
            return Map.of();
        }
        List<RoomId> order = List.copyOf(rooms);
        for (RoomId room : order) {
            askTop(room);
        }
        List<Object> answers = redis.requireAnswers();
        Map<RoomId, Position> tops = new HashMap<>();
        for (int i = 0; i < order.size(); i++) {
            tops.put(order.get(i), top((List<?>) answers.get(i)));
        }
        return tops;
    }

    private void askTop(RoomId room) throws LinkException {
        redis.send(Command.HMGET, keys.meta(room), bytes("s"), bytes("e"), bytes("i"));
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
    public Map<RoomId, Excerpt> read(Map<RoomId, Position> after, int limit, boolean isForFollowers)
            throws LinkException {
        Map<RoomId, Excerpt> excerpts = new HashMap<>();
        Map<RoomId, Excerpt.Start> elsewhere = new LinkedHashMap<>();
        Map<RoomId, Piece> pieces = pieces(after, limit);
        pieces.forEach((room, piece) -> {
            Position asked = Objects.requireNonNull(after.get(room));
            Excerpt.Start start = piece.state().startAfter(asked);
            if (start.from().seq() == asked.seq()) {
                excerpts.put(room, piece.excerpt(start, limit));
            } else {
                elsewhere.put(room, start);
            }
        });
        if (!elsewhere.isEmpty()) {
            Map<RoomId, Position> starts = new HashMap<>();
            elsewhere.forEach((room, start) -> starts.put(room, start.from()));
            pieces(starts, limit).forEach((room, piece) -> {
                Excerpt.Start start = Objects.requireNonNull(elsewhere.get(room));
                excerpts.put(room, piece.excerpt(start, limit));
            });
        }
        return excerpts;
    }

    private Map<RoomId, Piece> pieces(Map<RoomId, Position> after, int limit) throws LinkException {
        List<RoomId> order = List.copyOf(after.keySet());
        for (RoomId room : order) {
            Position position = Objects.requireNonNull(after.get(room));
            redis.sendScript(
                    Scripts.READ,
                    2,
                    keys.meta(room),
                    keys.stream(room),
                    bytes(position.epoch()),
                    bytes(Math.max(1, position.seq())),
                    bytes(Math.max(2L, limit + 2L)));
        }
        List<Object> answers = redis.requireAnswers();
        Map<RoomId, Piece> pieces = new HashMap<>();
        for (int i = 0; i < order.size(); i++) {
            List<?> answer = (List<?>) answers.get(i);
            RoomId room = order.get(i);
            pieces.put(
                    room, piece(answer, Objects.requireNonNull(after.get(room)).seq()));
        }
        return pieces;
    }

    private static Piece piece(List<?> answer, long seq) {
        Position top = top(answer);
        String end = text(answer.get(3));
        String first = text(answer.get(4));
        long floor = first == null ? top.seq() : number(first) - 1;
        List<Entry> entries = new ArrayList<>();
        for (Object each : (List<?>) answer.get(5)) {
            entries.add(entry((List<?>) each));
        }
        String there = null;
        if (!entries.isEmpty() && entries.get(0).position().seq() == seq) {
            there = entries.remove(0).position().message();
        }
        OptionalLong endOfEpoch = end == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(end));
        return new Piece(new Excerpt.State(top, floor, endOfEpoch, there), entries);
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
    public Slice readBefore(RoomId room, long seq, int limit) throws LinkException {
        askTop(room);
        if (seq > 1) {
            byte[] last = bytes((seq - 1) + "-0");
            redis.send(
                    Command.XREVRANGE,
                    keys.stream(room),
                    last,
                    bytes("-"),
                    bytes("COUNT"),
                    bytes(Math.max(1L, limit + 1L)));
        }
        List<Object> answers = redis.requireAnswers();
        List<Entry> entries = new ArrayList<>();
        if (answers.size() > 1) {
            for (Object each : (List<?>) answers.get(1)) {
                entries.add(entry((List<?>) each));
            }
        }
        return Slice.backwards(entries, limit, top((List<?>) answers.get(0)));
    }

    @Override
    public Position purge(RoomId room) throws LinkException {
        redis.sendScript(Scripts.PURGE, 2, keys.meta(room), keys.stream(room));
        return top((List<?>) redis.requireAnswers().get(0));
    }

    @Override
    public boolean renew(String node, Duration lease) throws LinkException {
        return presence.renew(node, lease);
    }

    @Override
    public void move(String node, List<Move> moves) throws LinkException {
        presence.move(node, moves);
    }

    @Override
    public Map<String, Integer> members(RoomId room) throws LinkException {
        return presence.members(room);
    }

    @Override
    public Map<String, List<Move>> orphans() throws LinkException {
        return presence.orphans();
    }

    @Override
    public void bury(String node, boolean isOurs) throws LinkException {
        presence.bury(node, isOurs);
    }

    @Override
    public void keep(String key, String value, Duration life) throws LinkException {
        redis.send(Command.SET, keys.kept(key), bytes(value), bytes("PX"), bytes(life.toMillis()));
        List<Object> unused = redis.requireAnswers();
    }

    @Override
    public Optional<String> take(String key) throws LinkException {
        redis.send(Command.GETDEL, keys.kept(key));
        return Optional.ofNullable(text(redis.requireAnswers().get(0)));
    }

    @Override
    public void say(String word) throws LinkException {
        redis.send(Command.PUBLISH, keys.words(), bytes(word));
        List<Object> unused = redis.requireAnswers();
    }

    @Override
    public void cut() {
        redis.cut();
    }

    @Override
    public void close() {
        redis.close();
    }

    /** What one read gave: what is known of the log, and entries after what was asked for. */
    private record Piece(Excerpt.State state, List<Entry> entries) {
        Excerpt excerpt(Excerpt.Start start, int limit) {
            int count = Math.min(limit, entries.size());
            Slice slice = new Slice(entries.subList(0, count), start.broken(), state.top(), entries.size() > count);
            return new Excerpt(slice, start.from());
        }
    }
}
