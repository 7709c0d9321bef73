package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualWorkers;
import dev.parley.connection.Peer;
import dev.parley.connection.Seed;
import dev.parley.node.Budget;
import dev.parley.protocol.Json;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that have many messages on their way, each after the one before, over two nodes of one log: nodes store late and in any
 * order, answers get lost, some messages are too fast or rejected, and clients move from node to node while the old one still
 * stores. Whatever the order, each client's messages are stored once and in its order, and all that were not rejected.
 */
@Timeout(300)
final class WindowModelTest {
    private static final int ROUNDS = Integer.getInteger("window.rounds", 1_500);
    private static final int STEPS = 300;
    private static final int WINDOW = 8;
    private static final RoomId ROOM = new RoomId("news");

    private final Map<String, Integer> outcomes = new HashMap<>();

    @Test
    void everyMessageIsStoredOnceAndInOrder() {
        Seed seed = Seed.of(WindowModelTest.class);
        for (int number = 0; number < ROUNDS; number++) {
            try (Round round = new Round(seed.round(number))) {
                round.play();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(seed + ", round " + number, e);
            }
        }
        assertThat(outcomes.keySet())
                .contains(
                        "ack",
                        "duplicate",
                        "out-of-order",
                        "backplane-unavailable",
                        "rate-limited",
                        "rejected",
                        "moved",
                        "late");
        assertThat(outcomes.values()).allMatch(times -> times >= ROUNDS / 100);
    }

    private void note(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private final class Round implements AutoCloseable {
        private final Random random;
        private final ManualWorkers manual = new ManualWorkers();
        private final MemoryBackplane log =
                new MemoryBackplane(100_000, InstantSource.system(), new Budget(Long.MAX_VALUE));
        private final List<LateBackplane> nodes;
        private final List<Rooms> rooms;
        private final List<Client> clients;
        private boolean isCalm;

        Round(Random random) {
            this.random = random;
            nodes = List.of(new LateBackplane(log, random), new LateBackplane(log, random));
            rooms = nodes.stream()
                    .map(node -> new Rooms(
                            node,
                            manual.workers(),
                            1_000,
                            id -> Overflow.CLOSE,
                            new Budget(Long.MAX_VALUE),
                            Integer.MAX_VALUE))
                    .toList();
            // Two tabs of one user, and another one.
            clients = List.of(new Client(this, "ann", 0), new Client(this, "ann", 1), new Client(this, "bob", 2));
        }

        void play() {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            isCalm = true;
            nodes.forEach(LateBackplane::becomeReliable);
            while (clients.stream().anyMatch(client -> !client.line.isEmpty()) || isBusy()) {
                proceed();
                clients.forEach(Client::go);
            }
            List<String> stored = log
                    .read(ROOM, Position.ORIGIN, 100_000, Long.MAX_VALUE)
                    .toCompletableFuture()
                    .join()
                    .entries()
                    .stream()
                    .map(Entry::draft)
                    .map(Draft::text)
                    .toList();
            for (Client client : clients) {
                List<String> right = IntStream.rangeClosed(1, client.made)
                        .filter(number -> !client.rejected.contains(number))
                        .mapToObj(client::data)
                        .toList();
                assertThat(stored.stream().filter(data -> data.startsWith("\"" + client.name + '-')))
                        .isEqualTo(right);
            }
        }

        private boolean isBusy() {
            return manual.ready() > 0 || nodes.stream().anyMatch(LateBackplane::isBusy);
        }

        private void step() {
            if (random.nextInt(100) < 60) {
                proceed();
            } else {
                clients.get(random.nextInt(clients.size())).act();
            }
        }

        private void proceed() {
            LateBackplane node = nodes.get(random.nextInt(2));
            if (node.isBusy() && random.nextBoolean()) {
                node.proceed();
            } else if (manual.ready() > 0) {
                manual.runOne(random);
            }
        }

        @Override
        public void close() {
            manual.close();
            log.close();
        }
    }

    /** What is to be said, and whether it is on its way. */
    private static final class Item {
        private final int number;
        private @Nullable String id; // under which it is on its way

        Item(int number) {
            this.number = number;
        }
    }

    /** A correct client, and the node's dialogue with it. */
    private final class Client {
        private final Round round;
        private final String user;
        private final String name;
        private final List<Item> line = new ArrayList<>();
        private final Set<Integer> rejected = new TreeSet<>();
        private final List<String> refused = new ArrayList<>(); // by id: too fast, and not told yet
        private @Nullable Peer peer;
        private @Nullable JsonMember member;
        private int node;
        private int read;
        private int made;
        private int asked;

        Client(Round round, String user, int tab) {
            this.round = round;
            this.user = user;
            this.name = user + tab;
        }

        String data(int number) {
            return "\"" + name + '-' + number + '"';
        }

        private String key(int number) {
            return name + '-' + number;
        }

        void act() {
            switch (round.random.nextInt(12)) {
                case 0, 1, 2 -> line.add(new Item(++made));
                case 3 -> lose();
                default -> go();
            }
        }

        void go() {
            connect();
            hear();
            while (say()) {
                // as many as may be on their way
            }
        }

        private void connect() {
            if (peer == null) {
                int next = round.random.nextInt(2);
                if (next != node) {
                    note("moved");
                }
                node = next;
                peer = new Peer(round.manual.workers());
                member = round.rooms.get(node).join(ROOM, peer.connection(), user);
                read = 0;
            }
        }

        private void lose() {
            if (peer != null) {
                peer.connection().gone();
                member.ended();
                peer = null;
                if (round.nodes.get(node).isBusy()) {
                    note("late");
                }
                line.forEach(item -> item.id = null);
                refused.clear();
            }
        }

        /** Says the first one that is not on its way, if there is room for it. */
        private boolean say() {
            int at = 0;
            while (at < line.size() && line.get(at).id != null) {
                at++;
            }
            if (at >= Math.min(line.size(), WINDOW)) {
                return false;
            }
            Item item = line.get(at);
            item.id = Integer.toString(++asked);
            if (item.number % 7 == 3) { // as a policy does
                note("rejected");
                rejected.add(item.number);
                return true;
            }
            if (!round.isCalm && round.random.nextInt(20) == 0) {
                note("rate-limited");
                refused.add(item.id);
                return true;
            }
            String after = at == 0 ? null : key(line.get(at - 1).number);
            member.send(item.id, Draft.Origin.TOKEN, key(item.number), after, data(item.number));
            return true;
        }

        private void hear() {
            List<String> lines = peer.lines();
            while (read < lines.size()) {
                Map<String, Json> told =
                        Json.parse(lines.get(read++)).orElseThrow().members().orElseThrow();
                String id = told.get("id").source();
                if (told.get("type").string().orElseThrow().equals("ack")) {
                    note(told.get("duplicate").source().equals("true") ? "duplicate" : "ack");
                    assertThat(line.removeIf(item -> id.equals(item.id))).isTrue();
                } else {
                    note(told.get("code").string().orElseThrow());
                    sayAgain(id);
                }
            }
            refused.forEach(this::sayAgain);
            refused.clear();
            line.removeIf(item -> item.id != null && rejected.contains(item.number));
        }

        private void sayAgain(String id) {
            line.stream().filter(item -> id.equals(item.id)).forEach(item -> item.id = null);
        }
    }
}
