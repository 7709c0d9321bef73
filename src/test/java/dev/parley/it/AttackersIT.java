package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.RawSocket;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A room in which people talk, and beside it one client that does its worst, and comes back at once whenever it was thrown out. It
 * gets its limit, and soon it is not let in any more and told when to ask again; the others lose nothing. How long their messages
 * take, with it and without it in turn, is printed, and not asserted: on a machine that has other work it says more about that.
 */
@Tag("full") // takes a minute
@Tag("standalone")
@Tag("standalone-alone") // it measures
final class AttackersIT {
    private static final int READERS = 20;
    private static final Duration TURN = Duration.ofSeconds(Integer.getInteger("attack.seconds", 4));
    private static final Duration PACE = Duration.ofMillis(60);
    private static final String ROOM = "talk";
    private static final String END = "end";
    private static final int MAX_ROUNDS = 5; // of one address in a minute

    private static ExecutableWar war;

    /** What an attacker does on a connection of its own, and how that must end. */
    private record Attack(String name, int code, Consumer<RoomsClient> worst) {
        /** Sends the same again and again, which was made before, so that making it takes no time from those who are measured. */
        static Attack of(String name, int code, int times, List<Frame> frames) {
            byte[] bytes = Frame.bytes(frames);
            return new Attack(name, code, client -> {
                for (int i = 0; i < times; i++) {
                    client.socket().socket().send(bytes);
                }
            });
        }
    }

    private static final List<Attack> ATTACKS = List.of(
            new Attack("flood", 4502, AttackersIT::flood),
            Attack.of(
                    "one-byte fragments",
                    1009,
                    1,
                    Frame.fragments("x".repeat(5_000).getBytes(StandardCharsets.US_ASCII), 1)),
            Attack.of("deep JSON", 4502, 150, List.of(Frame.text("[".repeat(20_000)))),
            Attack.of("a million keys", 1009, 1, List.of(Frame.text(keys(1_000_000)))),
            Attack.of("6,000 keys", 4502, 150, List.of(Frame.text(keys(6_000)))),
            Attack.of(
                    "joins and leaves",
                    4502,
                    300,
                    List.of(
                            Frame.text("{\"type\":\"join\",\"room\":\"talk\",\"presence\":true}"),
                            Frame.text("{\"type\":\"leave\",\"room\":\"talk\"}"))));

    @BeforeAll
    static void start() {
        war = ExecutableWar.start(
                ParleyWar.file(),
                List.of("-Xmx512m"),
                Map.of("PARLEY_TRUSTED_PROXIES", "127.0.0.1"), // so that the attackers come from elsewhere
                "--host",
                "127.0.0.1",
                "--port",
                "0");
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    private static void flood(RoomsClient client) {
        client.joins(ROOM);
        String run = Long.toString(System.nanoTime());
        for (int i = 0; i < 2_000; i += 50) {
            client.socket()
                    .send(IntStream.range(i, i + 50)
                            .mapToObj(n -> Frame.text("{\"type\":\"send\",\"room\":\"" + ROOM + "\",\"key\":\"" + run
                                    + "-" + n + "\",\"data\":\"spam\"}"))
                            .toList());
        }
    }

    private static String keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"" + i + "\":1").collect(Collectors.joining(",", "{", "}"));
    }

    /** How often an attacker was thrown out, and how often it was not even let in. */
    private record Rounds(int ended, int refused) {}

    /** What somebody heard: how long each message took, by turn, and which ones came. */
    private record Heard(Map<Integer, List<Long>> delays, List<Integer> numbers) {}

    @Test
    void whoDoesItsWorstGetsItsLimitAndNobodyElseLosesAnything() throws Exception {
        Site site = Site.at(war.url());
        ExecutorService threads = Executors.newCachedThreadPool();
        try (RoomsClient author = RoomsClient.as("author", site)) {
            author.joins(ROOM);
            List<Future<Heard>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                RoomsClient reader = RoomsClient.as("reader" + i, site);
                reader.joins(ROOM);
                readers.add(threads.submit(() -> listen(reader)));
            }
            int said = talk(author, 0, 0);
            List<Rounds> rounds = new ArrayList<>();
            for (int i = 0; i < ATTACKS.size(); i++) {
                said = talk(author, 1 + 2 * i, said);
                Attack attack = ATTACKS.get(i);
                UpgradeRequest door = RoomsClient.handshake(site).with("X-Forwarded-For", "192.0.2." + (i + 1));
                long deadline = System.nanoTime() + TURN.toNanos();
                Future<Rounds> attacker = threads.submit(() -> attack(door, attack, deadline));
                said = talk(author, 2 + 2 * i, said);
                rounds.add(attacker.get(60, TimeUnit.SECONDS));
            }
            author.sends(ROOM, "k" + said, "'" + END + "'");

            List<Heard> heard = new ArrayList<>();
            for (Future<Heard> reader : readers) {
                heard.add(reader.get(60, TimeUnit.SECONDS));
            }
            print(heard, rounds);
            List<Integer> everything = IntStream.range(0, said).boxed().toList();
            assertThat(heard).allSatisfy(one -> assertThat(one.numbers()).isEqualTo(everything));
            assertThat(rounds).allSatisfy(round -> {
                assertThat(round.ended()).isBetween(1, MAX_ROUNDS);
                assertThat(round.refused()).isPositive();
            });
        } finally {
            threads.shutdownNow();
        }
    }

    /** Says something at an even pace for a turn; the answer is how much has been said by then. */
    private static int talk(RoomsClient author, int turn, int from) throws InterruptedException {
        long start = System.nanoTime();
        int said = from;
        for (long due = start; due - start < TURN.toNanos(); due += PACE.toNanos()) {
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            String data = "{'turn':" + turn + ",'n':" + said + ",'at':" + System.nanoTime() + "}";
            assertThat(author.sends(ROOM, "k" + said, data)).contains("\"type\":\"ack\"");
            said++;
        }
        return said;
    }

    private static Heard listen(RoomsClient reader) {
        Heard heard = new Heard(new TreeMap<>(), new ArrayList<>());
        try (reader) {
            for (String text = reader.hearsWith("\"message\""); !text.contains(END); text = reader.hears()) {
                if (text.contains("\"turn\":")) {
                    String data = text.substring(text.indexOf("\"turn\":"));
                    heard.delays()
                            .computeIfAbsent(
                                    Integer.valueOf(RoomsClient.field(data, "turn")), first -> new ArrayList<>())
                            .add(System.nanoTime() - Long.parseLong(RoomsClient.field(data, "at")));
                    heard.numbers().add(Integer.valueOf(RoomsClient.field(data, "n")));
                }
            }
        }
        return heard;
    }

    /** Attacks until then. */
    private static Rounds attack(UpgradeRequest door, Attack attack, long deadline) throws InterruptedException {
        int ended = 0;
        int refused = 0;
        while (System.nanoTime() - deadline < 0) {
            RawSocket raw = RawSocket.connect(door.site());
            raw.send(door.bytes());
            HttpResponse answer = raw.readResponse(false);
            if (answer.status() == 429) {
                raw.close();
                refused++;
                TimeUnit.SECONDS.sleep(
                        Long.parseLong(answer.value("Retry-After").orElseThrow()));
                continue;
            }
            try (RoomsClient mallory =
                    RoomsClient.over(RawWebSocket.accepted(raw, door, answer)).introduce("mallory")) {
                attack.worst().accept(mallory);
                Incoming last = mallory.socket().receive();
                while (last instanceof Incoming.Text) {
                    last = mallory.socket().receive();
                }
                if (last instanceof Close close) { // or a reset has overtaken it, because more was on its way
                    assertThat(close.code()).as(attack.name()).isEqualTo(attack.code());
                }
                ended++;
            }
        }
        return new Rounds(ended, refused);
    }

    private static void print(List<Heard> heard, List<Rounds> rounds) {
        for (int i = 0; i < ATTACKS.size(); i++) {
            double without = p99(heard, 1 + 2 * i);
            double with = p99(heard, 2 + 2 * i);
            System.out.printf(
                    "attackers: %s, thrown out %d times and refused %d times: p99 %.1f ms without, %.1f ms with it, ratio %.2f%n",
                    ATTACKS.get(i).name(),
                    rounds.get(i).ended(),
                    rounds.get(i).refused(),
                    without,
                    with,
                    with / without);
        }
    }

    private static double p99(List<Heard> heard, int turn) {
        List<Long> delays = heard.stream()
                .flatMap(one -> one.delays().get(turn).stream())
                .sorted()
                .toList();
        return delays.get(delays.size() * 99 / 100) / 1e6;
    }
}
