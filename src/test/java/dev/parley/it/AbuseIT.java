package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.Mob.Act;
import dev.parley.it.Mob.Reading;
import dev.parley.it.harness.TestOperators;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attacks on a node of 256 MB in its default configuration, each as an anonymous client can make it. Whoever behaves is answered
 * by the echo within a second, loses nothing and is not closed; ten seconds after the attackers have gone the node is whole.
 */
@Tag("system") // curl
@Tag("standalone")
@Timeout(150)
@Tag("standalone-alone") // it measures
final class AbuseIT {
    private static final int MIB = 1024 * 1024;
    private static final Duration RECOVERY = Duration.ofSeconds(10);
    private static final long PACE = 12 * 1024L * 1024; // bytes a second: what a line of 100 Mbit/s brings
    private static final long JOINS_PACE = 200 * 1024; // some 2,500 joins a second
    private static final Duration SOON = Duration.ofSeconds(3);
    private static final Duration BEFORE_A_TIMEOUT = Duration.ofSeconds(7); // of ten seconds, which a thread else waits
    private static final Duration ACT = Duration.ofSeconds(12);
    private static final Duration HOLD = Duration.ofSeconds(4);
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    @TempDir
    Path directory;

    private interface Attack {
        /** Does it, and is gone when it returns. */
        void run() throws Exception;
    }

    /** The frame of every test: who behaves is there before, during and after the attack. */
    private static Bystander during(AbusedNode node, Bystander bystander, Attack attack) throws Exception {
        try (bystander) {
            attack.run();
            node.mustBeWholeWithin(RECOVERY);
            bystander.leave().mustHaveLostNothing();
            System.out.println("abuse: " + bystander);
            return bystander;
        } catch (Exception | AssertionError e) {
            System.out.println("abuse: " + bystander.leave() + "\n" + node.tells());
            throw e;
        }
    }

    private static Bystander during(AbusedNode node, Attack attack) throws Exception {
        return during(node, Bystander.at(node.site()), attack)
                .mustHaveBeenStored()
                .mustHaveBeenLetIn();
    }

    private static void act(Mob attackers, Duration atMost, Duration hold) throws Exception {
        try (attackers) {
            attackers.act(atMost).hold(hold);
        } finally {
            System.out.println("abuse: " + attackers);
        }
    }

    private static byte[] text(String character, int bytes) {
        byte[] one = character.getBytes(StandardCharsets.UTF_8);
        return character.repeat(bytes / one.length).getBytes(StandardCharsets.UTF_8);
    }

    /** The longest message that is not complete. */
    private static ByteBuffer unfinished(String character) {
        return Mob.prepared(Frame.fragments(text(character, MIB - 1), 64 * 1024).stream()
                .map(Frame::notFinal)
                .toList());
    }

    private static Mob unfinishedMessages(Site site, int size) {
        List<ByteBuffer> messages = List.of(unfinished("x"), unfinished("\u20ac"));
        return Mob.against(site, size, i -> Act.open(site.upgrade("/ws")).sending(messages.get(i % 2), 1));
    }

    private static Mob echoesThatNobodyReads(Site site, int size) {
        List<ByteBuffer> messages = Stream.of(1, 4, 16, 64)
                .map(kib -> Mob.prepared(Frame.text(text("x", kib * 1024))))
                .toList();
        return Mob.against(
                site,
                size,
                4096,
                64,
                i -> Act.open(site.upgrade("/ws"))
                        .sending(messages.get(i % 4), 8_192 >> (2 * (i % 4)))
                        .reading(Reading.NOTHING));
    }

    private static void aNewcomerMustBeServed(Site site, Mob attackers, Duration bound) {
        long from = System.nanoTime();
        try (RawWebSocket newcomer = site.open("/ws")) {
            newcomer.sendText("x");
            assertThat(newcomer.receiveText()).isEqualTo("Message text was: x");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - from))
                .as("newcomer among " + attackers)
                .isLessThan(bound);
    }

    @Test
    void messagesThatStayUnfinished() throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            during(node, () -> act(unfinishedMessages(node.site(), 250).paced(PACE), ACT, HOLD));
        }
    }

    @Test
    void requestsThatStayUnfinished() throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            during(node, () -> {
                byte[] request = "GET /ws HTTP/1.1\r\nHost: localhost\r\nX-A: ".getBytes(StandardCharsets.US_ASCII);
                try (Mob attackers = Mob.against(node.site(), 6_000, i -> Act.bytes(request))) {
                    attackers.act(Duration.ofSeconds(5));
                    for (int i = 0; i < 3; i++) {
                        attackers.hold(Duration.ofSeconds(3)).drip(new byte[] {'a'});
                    }
                    System.out.println("abuse: " + attackers);
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"})
    void moreConnectionsThanThereArePlacesThatStaySilent(String request) throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            byte[] first = request.getBytes(StandardCharsets.US_ASCII);
            during(node, () -> {
                try (Mob attackers =
                        Mob.against(node.site(), 10_000, i -> Act.bytes(first).comingBack(3))) {
                    attackers.act(ACT);
                    for (int i = 0; i < 8; i++) {
                        aNewcomerMustBeServed(node.site(), attackers, SOON);
                        attackers.hold(Duration.ofMillis(500));
                    }
                    System.out.println("abuse: " + attackers);
                }
            });
        }
    }

    /** Some would be answered without a look at the body, some are refused, some are asked for what is not there. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100000", "Transfer-Encoding: chunked"})
    void bodiesThatNobodyReads(String length) throws Exception {
        List<String> targets = List.of(
                "GET /chat",
                "POST /nowhere",
                "POST /api/v1/rooms/x/messages",
                "GET /health/live",
                "POST /ws",
                "GET /parley.js");
        byte[] drop = (length.startsWith("T") ? "1\r\nx\r\n" : "x").getBytes(StandardCharsets.US_ASCII);
        try (AbusedNode node = AbusedNode.start()) {
            during(node, () -> {
                try (Mob attackers = Mob.against(
                        node.site(),
                        300,
                        i -> Act.bytes((targets.get(i % targets.size()) + " HTTP/1.1\r\nHost: localhost\r\n" + length
                                                + "\r\nContent-Type: application/json\r\n\r\n")
                                        .getBytes(StandardCharsets.US_ASCII))
                                .comingBack(5))) {
                    attackers.act(Duration.ofSeconds(2));
                    for (int i = 0; i < 10; i++) {
                        aNewcomerMustBeServed(node.site(), attackers, SOON);
                        attackers.hold(Duration.ofSeconds(1)).drip(drop);
                    }
                    System.out.println("abuse: " + attackers);
                }
            });
        }
    }

    /** Until the first of them are found out, whoever comes waits for a thread. */
    @Test
    void answersThatNobodyReads() throws Exception {
        byte[] requests = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" // the longest answer there is
                .repeat(100)
                .getBytes(StandardCharsets.US_ASCII);
        try (AbusedNode node = AbusedNode.start()) {
            try (Mob attackers = Mob.against(
                    node.site(),
                    300,
                    2048,
                    64,
                    i -> Act.bytes(requests).reading(Reading.NOTHING).comingBack(5))) {
                attackers.act(Duration.ofSeconds(2));
                for (int i = 0; i < 10; i++) {
                    aNewcomerMustBeServed(node.site(), attackers, i == 0 ? BEFORE_A_TIMEOUT : SOON);
                    attackers.hold(Duration.ofSeconds(1));
                }
                System.out.println("abuse: " + attackers);
            }
            node.mustBeWholeWithin(RECOVERY);
        }
    }

    @Test
    void moreRoomsThanThereIsMemoryFor() throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            UpgradeRequest rooms = node.site().upgrade("/rooms").with("Sec-WebSocket-Protocol", "parley.v1");
            during(
                    node,
                    () -> act(
                            Mob.against(node.site(), 1_500, i -> Act.open(rooms).sending(joins(i, 36), 1))
                                    .paced(JOINS_PACE),
                            Duration.ofSeconds(30),
                            HOLD));
        }
    }

    private static ByteBuffer joins(int who, int count) {
        List<Frame> frames = new ArrayList<>();
        frames.add(Frame.text("{\"type\":\"connect\",\"user\":\"user" + who + "\"}"));
        for (int i = 0; i < count; i++) {
            frames.add(Frame.text("{\"type\":\"join\",\"room\":\"room-" + who + "-" + i + "\",\"presence\":true}"));
        }
        return Mob.prepared(frames);
    }

    @Test
    void echoesThatNobodyReads() throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            during(node, () -> act(echoesThatNobodyReads(node.site(), 160).paced(PACE), ACT, Duration.ZERO));
        }
    }

    @Test
    void longMessagesInManyRooms() throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            ByteBuffer message = Mob.prepared(Frame.text(text("x", MIB)));
            Site site = node.site();
            during(
                    node,
                    () -> act(
                            Mob.against(
                                    site,
                                    300,
                                    0,
                                    8,
                                    i -> Act.open(site.upgrade("/ws/7?room=r" + i))
                                            .sending(message, 1)
                                            .untilItHasRead(2 * MIB)),
                            Duration.ofSeconds(25),
                            Duration.ZERO));
        }
    }

    @Test
    void aRoomThatAnotherNodeFillsFasterThanThisOneCanTell() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE);
                AbusedNode author = AbusedNode.start("--backplane", engine.address());
                AbusedNode node = AbusedNode.start("--backplane", engine.address())) {
            ByteBuffer message = Mob.prepared(Frame.text(text("x", 256 * 1024)));
            during(node, () -> {
                try (Mob readers = Mob.against(
                        node.site(),
                        200,
                        i -> Act.open(node.site().upgrade("/ws/7?room=told")).reading(Reading.VERY_SLOWLY))) {
                    readers.act(Duration.ofSeconds(5));
                    act(
                            Mob.against(
                                    author.site(),
                                    2,
                                    i -> Act.open(author.site().upgrade("/ws/1?room=told"))
                                            .sending(message, 2_000)),
                            Duration.ofSeconds(20),
                            Duration.ZERO);
                    System.out.println("abuse: " + readers);
                }
            });
            author.mustBeWholeWithin(RECOVERY);
        }
    }

    @Test
    void aNodeThatWasFrozenWhileMuchWasStored() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE);
                AbusedNode author = AbusedNode.start("--backplane", engine.address());
                AbusedNode frozen = AbusedNode.start("--backplane", engine.address());
                RoomsClient member = RoomsClient.as("member", frozen.site())) {
            String joined = member.joins("frozen");
            try {
                during(author, () -> {
                    frozen.signal("STOP");
                    try {
                        fill(author.site(), "frozen", 300);
                    } finally {
                        frozen.signal("CONT");
                    }
                    fill(author.site(), "frozen", "the end");
                    mustHearOrBeTold(member, joined);
                });
                frozen.mustBeWholeWithin(RECOVERY);
            } catch (Exception | AssertionError e) {
                System.out.println("abuse: the other node: " + frozen.tells());
                throw e;
            }
        }
    }

    /** Every message from there on, or a gap and then an honest answer. */
    private static void mustHearOrBeTold(RoomsClient member, String joined) {
        String epoch = RoomsClient.field(joined, "epoch");
        String message = RoomsClient.field(joined, "message");
        long seq = Long.parseLong(RoomsClient.field(joined, "seq"));
        while (true) {
            String text = member.hears();
            if (text.contains("\"type\":\"gap\"")) {
                String answer = member.asks("'type':'join','room':'frozen','since':{'epoch':" + epoch + ",'seq':" + seq
                        + ",'message':" + message + "}");
                System.out.println("abuse: a gap after " + seq + ", and then " + answer);
                assertThat(answer).contains("\"type\":\"joined\"");
                return;
            }
            assertThat(text).contains("\"type\":\"message\"");
            assertThat(Long.parseLong(RoomsClient.field(text, "seq"))).isEqualTo(seq + 1);
            seq++;
            message = RoomsClient.field(text, "message");
            if (text.endsWith("\"the end\"}")) {
                System.out.println("abuse: all " + seq + " were heard");
                return;
            }
        }
    }

    /** One client says so many messages of 1 MiB, each when the last one has been told. */
    private static void fill(Site site, String room, int count) {
        byte[] frame = Frame.text(text("x", MIB)).bytes();
        try (RawWebSocket author = site.open("/ws/1?room=" + room)) {
            for (int i = 0; i < count; i++) {
                author.socket().send(frame);
                Incoming answer = author.receive();
                Incoming told = author.receive();
                assertThat(List.of(answer, told))
                        .as("message %d of %d".formatted(i, count))
                        .allMatch(Incoming.Text.class::isInstance);
            }
        }
    }

    private static void fill(Site site, String room, String text) {
        try (RawWebSocket author = site.open("/ws/1?room=" + room)) {
            author.sendText(text);
            author.receiveTexts(2);
        }
    }

    @Test
    void longHistoryAskedForAtOnce() throws Exception {
        Path users = Files.writeString(
                directory.resolve("users.xml"),
                "<tomcat-users>\n" + TestOperators.lines("<user username=\"%s\" password=\"%s\" roles=\"%s\"/>")
                        + "</tomcat-users>\n");
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE);
                AbusedNode node = AbusedNode.start("--backplane", engine.address(), "--users", users.toString())) {
            fill(node.site(), "long", 200);
            during(node, () -> {
                List<CompletableFuture<String>> histories = List.of(history(node.site()), history(node.site()));
                System.out.println("abuse: " + joinFromTheBeginning(node.site(), "long"));
                for (CompletableFuture<String> history : histories) {
                    System.out.println("abuse: " + history.get(30, TimeUnit.SECONDS));
                }
            });
        }
    }

    private static CompletableFuture<String> history(Site site) {
        return HttpClient.newHttpClient()
                .sendAsync(
                        OperatorsContract.by(
                                        "ada",
                                        HttpRequest.newBuilder(URI.create("http://" + site.authority()
                                                + "/api/v1/rooms/long/messages?limit=200")))
                                .build(),
                        BodyHandlers.ofByteArray())
                .thenApply(answer -> "history: " + answer.statusCode() + ", " + answer.body().length + " bytes");
    }

    /** Asks for all that was ever said; the answer is what it was told of that. */
    private static String joinFromTheBeginning(Site site, String room) {
        try (RoomsClient client = RoomsClient.as("curious", site)) {
            String epoch = RoomsClient.field(client.joins(room), "epoch");
            return client.asks(
                    "'type':'join','room':'" + room + "','since':{'epoch':" + epoch + ",'seq':0,'message':''}");
        }
    }

    @Test
    void longHistoryAskedForByMany() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE);
                AbusedNode node = AbusedNode.start("--backplane", engine.address())) {
            fill(node.site(), "long", 200);
            during(node, () -> {
                        for (int round = 0; round < 3; round++) {
                            List<CompletableFuture<String>> answers = new ArrayList<>();
                            for (int i = 0; i < 6; i++) {
                                answers.add(CompletableFuture.supplyAsync(
                                        () -> joinFromTheBeginning(node.site(), "long"),
                                        task -> new Thread(task).start()));
                            }
                            for (CompletableFuture<String> answer : answers) {
                                System.out.println("abuse: " + answer.get(30, TimeUnit.SECONDS));
                            }
                        }
                    })
                    .mustHaveBeenLetInWithin(AT_ONCE);
        }
    }

    @Test
    void aCharacterThatTheEngineCannotStore() throws Exception {
        try (EngineProcess engine = PostgresServer.launch();
                AbusedNode node = AbusedNode.start("--backplane", engine.address())) {
            during(node, () -> {
                        try (RoomsClient client = RoomsClient.as("mallory", node.site())) {
                            for (int i = 0; i < 10; i++) {
                                client.says("{'id':" + i + ",'type':'join','room':'nul-" + i
                                        + "','since':{'epoch':'\\u0000','seq':1,'message':'\\u0000'}}");
                                TimeUnit.SECONDS.sleep(1);
                                assertThat(node.get("/health/ready").status()).isEqualTo(200);
                            }
                            for (int i = 0; i < 10; i++) {
                                System.out.println("abuse: " + client.hearsWith("\"id\":" + i + ","));
                            }
                        }
                    })
                    .mustHaveBeenLetInWithin(AT_ONCE);
        }
    }

    @Test
    void anEngineThatIsFull() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE);
                AbusedNode node = AbusedNode.start("--backplane", engine.address())) {
            fill(node.site(), "full", 4);
            Bystander bystander = during(node, Bystander.at(node.site()), () -> {
                say(engine, "CONFIG SET maxmemory-policy noeviction");
                say(engine, "CONFIG SET maxmemory 1mb");
                try (RawWebSocket text = node.site().open("/ws/1?room=full")) {
                    text.sendText("there is no room for this");
                    for (int i = 0; i < 6; i++) {
                        TimeUnit.SECONDS.sleep(1);
                        HttpResponse ready = node.get("/health/ready");
                        assertThat(ready.status()).as(ready.body()).isEqualTo(200);
                    }
                } finally {
                    say(engine, "CONFIG SET maxmemory 0");
                }
            });
            bystander.mustHaveBeenLetInWithin(AT_ONCE);
            assertThat(bystander.refusedSends())
                    .as("while it was full")
                    .isNotEmpty()
                    .allMatch(answer -> answer.contains("\"backplane-unavailable\""));
        }
    }

    private static void say(EngineProcess redis, String command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).as(command).isEqualTo('+');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void textThatGrowsOnTheWire() throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            Site site = node.site();
            during(node, () -> {
                try (Mob slow = Mob.against(
                        site,
                        1,
                        4096,
                        1,
                        i -> Act.open(RoomsClient.handshake(site)).reading(Reading.SLOWLY))) {
                    slow.act(Duration.ofSeconds(5));
                    slow.say(0, Frame.text("{\"id\":1,\"type\":\"connect\",\"token\":\"slow\"}"));
                    slow.say(0, Frame.text("{\"id\":2,\"type\":\"join\",\"room\":\"lobby\"}"));
                    slow.hold(AT_ONCE);
                    assertThat(slow.tail(0)).contains("\"joined\"");
                    act(
                            Mob.against(
                                    site,
                                    1,
                                    i -> Act.open(site.upgrade("/ws/666"))
                                            .sending(Mob.prepared(Frame.text(text("\u0001", MIB))), 4)),
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(8));
                    slow.say(0, Frame.text("{\"id\":3,\"type\":\"leave\",\"room\":\"lobby\"}"));
                    slow.hold(Duration.ofSeconds(2));
                    System.out.println("abuse: behind the slow line: " + slow);
                    assertThat(slow.isThere(0)).as("it is not closed").isTrue();
                    assertThat(slow.tail(0)).contains("\"id\":3,\"type\":\"left\"");
                }
            });
        }
    }

    @Test
    void noFilesLeftToOpen() throws Exception {
        try (AbusedNode node = AbusedNode.startWithin("-n 1024")) {
            Site site = node.site();
            List<Act> doors = Stream.of(
                            site.upgrade("/ws/5?room=doors"),
                            site.upgrade("/items/foo/ws?token=t"),
                            RoomsClient.handshake(site),
                            site.upgrade("/ws"))
                    .map(UpgradeRequest::bytes)
                    .map(head -> Act.bytes(Arrays.copyOf(head, head.length - 2)))
                    .toList();
            during(node, () -> {
                // Bystanders use the echo and the rooms; nobody has been at the other doors when there is no file left.
                try (Mob attackers = Mob.against(site, 2_500, i -> doors.get(i % 4))) {
                    attackers.act(ACT).hold(AT_ONCE);
                    attackers.drip("\r\n".getBytes(StandardCharsets.US_ASCII));
                    attackers.hold(HOLD);
                    System.out.println("abuse: " + attackers);
                }
            });
        }
    }

    @Test
    void theTemporaryDirectoryIsCleanedUp() throws Exception {
        List<String> java = Stream.concat(AbusedNode.JAVA.stream(), Stream.of("-Djava.io.tmpdir=" + directory))
                .toList();
        try (AbusedNode node = AbusedNode.start(java)) {
            during(node, () -> {
                try (Stream<Path> files = Files.walk(directory)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        if (!file.equals(directory) && !file.toString().contains("hsperfdata_")) {
                            Files.deleteIfExists(file);
                        }
                    }
                }
                assertThat(node.get("/metrics").status()).isEqualTo(200);
                assertThat(node.get("/api/v1/nodes").status()).isBetween(401, 404);
                assertThat(node.get("/admin/").status()).isBetween(401, 404);
            });
            for (String page : List.of("/", "/chat", "/items", "/parley.js", "/health/live")) {
                assertThat(node.get(page).status()).as(page).isLessThan(500);
            }
        }
    }

    @Test
    void handshakesWhoseCheckWaitsForTheEngine() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE);
                AbusedNode node = AbusedNode.start("--backplane", engine.address())) {
            List<Long> answers = new ArrayList<>();
            Site site = node.site();
            during(node, Bystander.echoing(site), () -> {
                engine.freeze();
                try (Mob attackers = Mob.against(
                        site,
                        250,
                        0,
                        250,
                        i -> Act.open(site.upgrade("/rooms?ticket=" + "t".repeat(40) + (100 + i))
                                .with("Sec-WebSocket-Protocol", "parley.v1")))) {
                    for (int i = 0; i < 8; i++) {
                        attackers.hold(Duration.ofMillis(500));
                        long from = System.nanoTime();
                        assertThat(node.get("/health/live").status()).isEqualTo(200);
                        answers.add(System.nanoTime() - from);
                    }
                    System.out.println("abuse: " + attackers);
                } finally {
                    engine.thaw();
                }
            });
            System.out.println("abuse: /health/live took "
                    + answers.stream().map(nanos -> nanos / 1_000_000 + " ms").toList());
            assertThat(answers).allMatch(nanos -> nanos < AT_ONCE.toNanos());
        }
    }

    /** Ten times as many: the process lives on, or says why it ends. */
    @Tag("long")
    @Test
    void tenTimesAsManyMessagesThatStayUnfinished() throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            act(unfinishedMessages(node.site(), 2_500), Duration.ofSeconds(20), HOLD);
            mustLiveOrHaveEndedItself(node);
        }
    }

    @Tag("long")
    @Test
    void tenTimesAsManyEchoesThatNobodyReads() throws Exception {
        try (AbusedNode node = AbusedNode.start()) {
            act(echoesThatNobodyReads(node.site(), 1_600), Duration.ofSeconds(20), Duration.ZERO);
            mustLiveOrHaveEndedItself(node);
        }
    }

    private static void mustLiveOrHaveEndedItself(AbusedNode node) {
        try {
            if (node.isAlive()) {
                node.mustBeWholeWithin(RECOVERY);
            } else {
                node.mustHaveEndedItself(RECOVERY);
            }
        } catch (RuntimeException | AssertionError e) {
            System.out.println("abuse: " + node.tells());
            throw e;
        }
    }
}
