package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualWorkers;
import dev.parley.connection.Peer;
import dev.parley.connection.Seed;
import dev.parley.node.Budget;
import dev.parley.protocol.Json;
import dev.parley.protocol.Mark;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that send, leave, lose their connections and come back, while everything that happens between them happens in an
 * order that only the seed knows. Whatever the order, each reads every message after its position once and in order, or is
 * told that it does not.
 */
@Timeout(300)
final class ResumeModelTest {
    private static final int ROUNDS = Integer.getInteger("resume.rounds", 4_000);
    private static final int STEPS = 160;
    private static final int KEPT = 5;
    private static final RoomId ROOM = new RoomId("news");

    private final Map<String, Integer> outcomes = new HashMap<>();

    @Test
    void everyMessageIsReadOnceAndInOrderOrMissedKnowingly() {
        Seed seed = Seed.of(ResumeModelTest.class);
        for (int number = 0; number < ROUNDS; number++) {
            try (Round round = new Round(seed.round(number))) {
                round.play();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(seed + ", round " + number, e);
            }
        }
        // A model that never gets anywhere interesting proves nothing.
        assertThat(outcomes.keySet())
                .contains("none", "ok", "trimmed", "gap", "ack", "duplicate", "unavailable", "live", "erased", "hole");
        assertThat(outcomes.values()).allMatch(times -> times >= ROUNDS / 200);
    }

    private void note(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private final class Round implements AutoCloseable {
        private final Random random;
        private final ManualWorkers manual = new ManualWorkers();
        private final MemoryBackplane log =
                new MemoryBackplane(KEPT, InstantSource.system(), new Budget(Long.MAX_VALUE));
        private final LateBackplane late;
        private final Rooms rooms;
        private final List<Client> clients;
        private final Map<Long, String> said = new HashMap<>(); // by seq
        private final List<String> ids = new ArrayList<>(); // of what was read, again and again

        Round(Random random) {
            this.random = random;
            late = new LateBackplane(log, random);
            rooms = new Rooms(
                    late, manual.workers(), 1_000, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
            clients = IntStream.range(0, 2 + random.nextInt(3))
                    .mapToObj(i -> new Client(this, "u" + i))
                    .toList();
        }

        void play() {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            late.becomeReliable();
            settle();
            clients.forEach(Client::beThere);
            settle();
            clients.forEach(client -> client.send(1_000));
            settle();
            Position top = log.extent(ROOM).toCompletableFuture().join().top();
            for (Client client : clients) {
                assertThat(client.next - 1).as(client.user).isEqualTo(top.seq());
                assertThat(client.unanswered).as(client.user).isEmpty();
            }
        }

        private void step() {
            int choice = random.nextInt(100);
            if (choice < 45 && manual.ready() > 0) {
                manual.runOne(random);
            } else if (choice < 75 && late.isBusy()) {
                late.proceed();
            } else if (choice < 76) {
                manual.goOff(random);
            } else if (choice < 77 && !ids.isEmpty()) {
                late.erase(ROOM, ids.get(random.nextInt(ids.size())));
            } else {
                clients.get(random.nextInt(clients.size())).act(random);
            }
        }

        /** Until nothing is under way any more, and nobody wants anything. */
        private void settle() {
            boolean moved = true;
            while (moved) {
                while (manual.ready() > 0 || late.isBusy()) {
                    if (manual.ready() > 0 && (!late.isBusy() || random.nextBoolean())) {
                        manual.runOne(random);
                    } else {
                        late.proceed();
                    }
                }
                moved = false;
                for (Client client : clients) {
                    moved |= client.read();
                }
            }
        }

        @Override
        public void close() {
            manual.close();
            log.close();
        }
    }

    /** What a correct client knows and expects. */
    private final class Client {
        private final Round round;
        private final String user;
        private @Nullable Peer peer;
        private @Nullable JsonMember member;
        private int readLines;
        private int asked;
        private @Nullable Integer joining; // the id of a join that has not been answered
        private boolean isIn;
        private @Nullable Mark position; // the last message read, or where it joined
        private @Nullable Mark since; // what the join under way asks for
        private long next;
        private int sent;
        private final Set<Integer> unanswered = new HashSet<>(); // sends of this connection, by id
        private final Map<Integer, String> keys = new HashMap<>(); // by id
        private final List<String> doubtful = new ArrayList<>(); // keys of sends that may or may not be stored

        Client(Round round, String user) {
            this.round = round;
            this.user = user;
        }

        void act(Random random) {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> send(3);
                case 4 -> drop();
                case 5 -> leave();
                case 6 -> join();
                default -> {
                    read();
                    if (!isIn && joining == null) {
                        join();
                    }
                }
            }
        }

        void beThere() {
            read();
            if (!isIn && joining == null) {
                join();
            }
        }

        private void join() {
            if (joining != null) {
                return; // what it asked before is not answered yet
            }
            if (peer == null) {
                peer = new Peer(round.manual.workers());
                readLines = 0;
            }
            if (member == null || member.isOut()) {
                member = round.rooms.join(ROOM, peer.connection(), user);
            }
            isIn = false;
            joining = ++asked;
            since = position;
            member.enter(Integer.toString(joining), since, false, true);
        }

        private void drop() {
            if (peer != null) {
                read();
                peer.connection().gone();
                if (member != null) {
                    member.ended();
                }
                keys.forEach((id, key) -> {
                    if (unanswered.contains(id)) {
                        doubtful.add(key);
                    }
                });
                peer = null;
                member = null;
                joining = null;
                isIn = false;
                unanswered.clear();
            }
        }

        private void leave() {
            if (member != null) {
                read();
                member.leave(null);
                member = null;
                isIn = false;
            }
        }

        void send(int most) {
            if (member == null || !isIn || unanswered.size() >= most) {
                return;
            }
            int id = ++asked;
            String key = doubtful.isEmpty() ? user + "-" + ++sent : doubtful.remove(0);
            keys.put(id, key);
            unanswered.add(id);
            member.send(Integer.toString(id), Draft.Origin.TOKEN, key, null, "\"" + key + "\"");
        }

        /** Reads all it was told; true if it was anything. */
        boolean read() {
            if (peer == null) {
                return false;
            }
            List<String> lines = peer.lines();
            boolean any = readLines < lines.size();
            while (peer != null && readLines < lines.size()) {
                read(Json.parse(lines.get(readLines++)).orElseThrow().members().orElseThrow());
            }
            return any;
        }

        private void read(Map<String, Json> told) {
            switch (told.get("type").string().orElseThrow()) {
                case "joined" -> joined(told);
                case "message", "erased" -> message(told);
                case "gap" -> {
                    note("gap");
                    if (isIn) { // else it has left, and this was on its way
                        isIn = false;
                        join();
                    }
                }
                case "ack" -> ack(told);
                case "error" -> error(told);
                case "left" -> {}
                default -> throw new AssertionError("unexpected " + told.keySet());
            }
        }

        private void joined(Map<String, Json> told) {
            assertThat(told.get("id").source()).isEqualTo(String.valueOf(joining));
            joining = null;
            isIn = member != null; // else it has left meanwhile
            Mark now = mark(told.get("position"));
            String resume = told.get("resume").string().orElseThrow();
            note(told.containsKey("reason") ? told.get("reason").string().orElseThrow() : resume);
            if (since == null) {
                assertThat(resume).isEqualTo("none");
                position = now;
            } else if (resume.equals("ok")) {
                position = since;
                assertThat(now.seq() - since.seq())
                        .isEqualTo(Long.parseLong(told.get("replayed").source()));
            } else {
                assertThat(told.get("reason").string()).contains("trimmed");
                position = now;
            }
            next = position.seq() + 1;
        }

        private void message(Map<String, Json> told) {
            if (!isIn) {
                return; // it left, or joins again, and this was on its way
            }
            long seq = Long.parseLong(told.get("seq").source());
            assertThat(seq).as("%s reads a hole or a repeat", user).isEqualTo(next);
            String id = told.get("message").string().orElseThrow();
            if (told.containsKey("data")) {
                String text = told.get("data").source();
                assertThat(round.said.merge(seq, text, (one, other) -> one)).isEqualTo(text);
                round.ids.add(id);
            } else {
                note(told.containsKey("erased") ? "erased" : "hole");
            }
            position = new Mark(position.epoch(), seq, id);
            next = seq + 1;
            note("live");
        }

        private void ack(Map<String, Json> told) {
            int id = Integer.parseInt(told.get("id").source());
            assertThat(unanswered.remove(id)).isTrue();
            long seq = mark(told.get("position")).seq();
            String text = "\"" + keys.get(id) + "\"";
            assertThat(round.said.merge(seq, text, (one, other) -> one)).isEqualTo(text);
            note(told.get("duplicate").source().equals("true") ? "duplicate" : "ack");
        }

        private void error(Map<String, Json> told) {
            int id = Integer.parseInt(told.get("id").source());
            if (told.get("code").string().orElseThrow().equals("not-joined")) {
                assertThat(id).isEqualTo(joining);
                assertThat(member).isNull();
                joining = null;
                return;
            }
            assertThat(told.get("code").string()).contains("backplane-unavailable");
            note("unavailable");
            if (unanswered.remove(id)) {
                doubtful.add(keys.get(id));
            } else {
                assertThat(id).isEqualTo(joining);
                joining = null;
                if (member != null) {
                    member = null;
                    join();
                }
            }
        }

        private Mark mark(Json json) {
            Map<String, Json> fields = json.members().orElseThrow();
            return new Mark(
                    fields.get("epoch").string().orElseThrow(),
                    Long.parseLong(fields.get("seq").source()),
                    fields.get("message").string().orElseThrow());
        }
    }
}
