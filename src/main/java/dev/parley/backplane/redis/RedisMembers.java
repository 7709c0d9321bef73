package dev.parley.backplane.redis;

import static dev.parley.backplane.redis.RedisConnection.bytes;
import static dev.parley.backplane.redis.RedisConnection.text;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Membership;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Turnout;
import dev.parley.backplane.engine.DraftBytes;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import redis.clients.jedis.Protocol.Command;

/** Who is where, in Redis. */
final class RedisMembers implements Link.Members {
    private static final long TOLD_SECONDS = Duration.ofDays(30).toSeconds();

    private final RedisShards redis;
    private final RedisKeys keys;

    RedisMembers(RedisShards redis, RedisKeys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    @Override
    public boolean renew(String node, Duration lease) throws LinkException {
        redis.sendScript(Scripts.RENEW, 1, keys.nodes(), bytes(node), bytes(lease.toMillis()));
        return (long) redis.requireAnswers().get(0) == 1;
    }

    @Override
    public void move(String node, List<Link.Move> moves) throws LinkException {
        for (Link.Move move : moves) {
            RoomId room = move.room();
            Draft.Author member = move.farewell().author();
            byte[] place = bytes(room.name() + ' ' + member.connection());
            Membership membership = move.membership(node);
            byte[] here = bytes(membership.connection());
            byte[] told = bytes('P' + membership.encoded());
            if (move.isIn()) {
                redis.sendScript(
                        Scripts.ENTER,
                        4,
                        keys.nodes(),
                        keys.node(node),
                        keys.present(room),
                        keys.statuses(room),
                        bytes(node),
                        place,
                        DraftBytes.encode(move.farewell()),
                        here,
                        bytes(member.user()),
                        keys.channel(room),
                        bytes(membership.status()),
                        told);
            } else {
                redis.sendScript(
                        Scripts.LEAVE,
                        3,
                        keys.node(node),
                        keys.present(room),
                        keys.statuses(room),
                        place,
                        here,
                        keys.channel(room),
                        told);
            }
        }
        List<Object> unused = redis.requireAnswers();
    }

    @Override
    public List<Membership> in(RoomId room) throws LinkException {
        redis.sendScript(Scripts.MEMBERS, 2, keys.present(room), keys.statuses(room));
        List<String> answer = texts(redis.requireAnswers().get(0));
        List<Membership> members = new ArrayList<>();
        for (int i = 0; i < answer.size(); i += 3) {
            members.add(new Membership(answer.get(i + 1), answer.get(i), true, answer.get(i + 2)));
        }
        return members;
    }

    @Override
    public Map<String, List<Link.Move>> orphans() throws LinkException {
        redis.sendScript(Scripts.EXPIRED, 1, keys.nodes());
        Map<String, List<Link.Move>> orphans = new HashMap<>();
        for (Object expired : (List<?>) redis.requireAnswers().get(0)) {
            String node = Objects.requireNonNull(text(expired));
            redis.send(Command.HGETALL, keys.node(node));
            List<?> fields = (List<?>) redis.requireAnswers().get(0);
            List<Link.Move> members = new ArrayList<>();
            for (int i = 0; i < fields.size(); i += 2) {
                String place = Objects.requireNonNull(text(fields.get(i)));
                Draft farewell = DraftBytes.decode(ByteBuffer.wrap((byte[]) fields.get(i + 1)));
                members.add(new Link.Move(new RoomId(place.substring(0, place.indexOf(' '))), farewell, false));
            }
            orphans.put(node, members);
        }
        return orphans;
    }

    @Override
    public void bury(String node, boolean isOurs) throws LinkException {
        redis.sendScript(
                Scripts.BURY,
                1,
                keys.nodes(),
                bytes(node),
                keys.presence(),
                bytes(isOurs ? 1 : 0),
                bytes(keys.channels()));
        List<Object> unused = redis.requireAnswers();
    }

    @Override
    public Turnout turnout(RoomId room) throws LinkException {
        redis.sendScript(Scripts.TURNOUT, 2, keys.present(room), keys.told(room), bytes(TOLD_SECONDS));
        List<?> answer = (List<?>) redis.requireAnswers().get(0);
        long told = (long) answer.get(0);
        List<String> left = texts(answer.get(1));
        List<String> joined = texts(answer.get(2));
        return new Turnout(told == 0, left, joined, told - left.size() + joined.size() == 0);
    }

    private static List<String> texts(Object answer) {
        return ((List<?>) answer)
                .stream().map(each -> Objects.requireNonNull(text(each))).toList();
    }
}
