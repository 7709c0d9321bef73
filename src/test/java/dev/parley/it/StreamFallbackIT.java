package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Site;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** parley.js behind a proxy that lets no WebSocket pass, and behind one that is away for a while. In Node.js. */
@Tag("standalone")
@Tag("system") // Node.js
final class StreamFallbackIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    private Path folder;

    private static ExecutableWar war;
    private Gateway gateway;
    private Process node;
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() {
        war = ExecutableWar.startOnAnyPort(List.of("-Xmx256m", "-Dparley.heartbeat=5s"));
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    @BeforeEach
    void open() throws IOException {
        gateway = new Gateway(war.url().getPort());
        for (String module : List.of("parley.js", "parley-stream.js")) {
            copy("/dev/parley/web/client/" + module, module);
        }
        copy("/dev/parley/it/stream-fallback.mjs", "client.mjs");
        Files.writeString(folder.resolve("package.json"), "{\"type\":\"module\"}");
    }

    private void copy(String resource, String name) throws IOException {
        try (InputStream in = StreamFallbackIT.class.getResourceAsStream(resource)) {
            Files.copy(in, folder.resolve(name));
        }
    }

    @AfterEach
    void close() throws IOException {
        node.destroyForcibly();
        gateway.close();
    }

    private void begin(String room) throws IOException {
        begin(room, "ann");
    }

    private void begin(String room, String credential) throws IOException {
        node = new ProcessBuilder(
                        "node",
                        "--experimental-websocket",
                        "client.mjs",
                        "http://127.0.0.1:" + gateway.port() + "/rooms",
                        room,
                        credential)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        BufferedReader lines = node.inputReader(StandardCharsets.UTF_8);
        Thread reader = new Thread(() -> lines.lines().forEach(seen::add), "what the client says");
        reader.setDaemon(true);
        reader.start();
    }

    private void say(String command) throws IOException {
        Writer in = node.outputWriter(StandardCharsets.UTF_8);
        in.write(command + "\n");
        in.flush();
    }

    private void sees(String line) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).contains(line));
    }

    @Test
    void whereNoWebSocketOpensTheRoomsAreAStreamAndThenASocketAgain() throws IOException {
        gateway.refusesUpgrades = true;
        begin("blocked");
        sees("state stream ");
        sees("room joined none");
        for (int i = 1; i <= 3; i++) {
            say("send {\"n\":" + i + "}");
        }
        say("other 1");
        sees("acked {\"n\":3} 3");
        sees("other 1");
        try (RoomsClient bob = RoomsClient.as("bob", Site.at(war.url()))) {
            bob.joins("blocked");
            bob.sends("blocked", "k", "'from a socket'");
            sees("message 4 \"from a socket\" false");
        }
        assertThat(gateway.upgradesRefused).hasValueGreaterThanOrEqualTo(3);
        gateway.refusesUpgrades = false;
        sees("state socket "); // later than a client may be silent that answers no ping, as the one above
        try (RoomsClient bob = RoomsClient.as("bob", Site.at(war.url()))) {
            bob.joins("blocked");
            bob.sends("blocked", "l", "'to a socket'");
        }
        sees("message 5 \"to a socket\" false");
        assertThat(seen.stream().filter(line -> line.startsWith("message")))
                .containsExactly(
                        "message 1 {\"n\":1} true",
                        "message 2 {\"n\":2} true",
                        "message 3 {\"n\":3} true",
                        "message 4 \"from a socket\" false",
                        "message 5 \"to a socket\" false");
        assertThat(seen).noneMatch(line -> line.startsWith("gap") || line.startsWith("failed"));
    }

    @Test
    void aStreamThatBreaksOffIsTakenUpWhereItWas() throws IOException {
        gateway.refusesUpgrades = true;
        begin("broken");
        sees("state stream ");
        sees("room joined none");
        say("send 1");
        sees("message 1 1 true");
        gateway.cut();
        try (RoomsClient bob = RoomsClient.as("bob", Site.at(war.url()))) {
            bob.joins("broken");
            for (int i = 2; i <= 9; i++) {
                bob.sends("broken", "k" + i, "" + i);
            }
        }
        sees("message 9 9 false");
        assertThat(seen.stream().filter(line -> line.startsWith("message"))).hasSize(9);
    }

    @Test
    void theAttemptAtASocketEndsWithTheStream() throws IOException {
        gateway.refusesUpgrades = true;
        begin("ended");
        sees("state stream ");
        gateway.holdsUpgrades = true;
        await().atMost(PATIENCE).until(() -> gateway.upgradesHeld.get() == 1);
        say("close");
        await().atMost(Duration.ofSeconds(5)) // which is less than the attempt may take
                .until(() -> gateway.upgradesHeld.get() == 0);
    }

    @Test
    void whatIsSaidWhileAStreamIsAwayIsToldInRoomsAndInTheInbox() throws Exception {
        TokenIssuer issuer = TokenIssuer.in(folder);
        try (ExecutableWar verifying =
                ExecutableWar.startOnAnyPort(issuer.trustedBy("-Xmx256m", "-Dparley.heartbeat=5s"))) {
            gateway.close();
            gateway = new Gateway(verifying.url().getPort());
            gateway.refusesUpgrades = true;
            String shop = issuer.token("shop", LONG, Map.of("scope", "parley:tell parley:publish"));
            begin("mixed", issuer.token("ann", LONG, Map.of("scope", "parley:publish")));
            sees("state stream ");
            sees("room joined none");
            for (int i = 1; i <= 12; i++) {
                if (i % 3 != 1) {
                    gateway.isDown = true;
                    gateway.cut();
                }
                publish(verifying, shop, "rooms/mixed", i);
                publish(verifying, shop, "users/ann", i);
                gateway.isDown = false;
                if (i % 3 != 2) {
                    sees("inbox " + i);
                    sees("message " + i + " " + i + " false");
                }
            }
            assertThat(seen.stream().filter(line -> line.startsWith("inbox")))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 12)
                            .mapToObj(i -> "inbox " + i)
                            .toList());
            assertThat(seen.stream().filter(line -> line.startsWith("message"))).hasSize(12);
            assertThat(seen).noneMatch(line -> line.startsWith("gap"));
        }
    }

    private static void publish(ExecutableWar node, String token, String whose, int data) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(Site.at(node.url()).origin() + "/api/v1/" + whose + "/messages"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString("" + data))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    @Test
    void aMessageThatIsNotAnsweredIsSentOnceMoreAndStoredOnce() throws IOException {
        gateway.refusesUpgrades = true;
        begin("held");
        sees("state stream ");
        sees("room joined none");
        gateway.holdsPosts = true;
        say("send 1");
        say("send 2");
        await().atMost(PATIENCE).until(() -> gateway.postsHeld.get() >= 2); // it was given up, and tried once more
        gateway.holdsPosts = false;
        sees("acked 1 1");
        sees("acked 2 2");
        sees("message 2 2 true");
        say("send 3");
        sees("message 3 3 true");
        assertThat(seen.stream().filter(line -> line.startsWith("message"))).hasSize(3);
        assertThat(seen).noneMatch(line -> line.startsWith("failed"));
    }

    @Test
    void whereNobodyAnswersAnUpgradeTheRoomsAreAStream() throws IOException {
        gateway.holdsUpgrades = true;
        begin("silent");
        sees("state stream ");
        sees("room joined none");
        say("send 1");
        sees("message 1 1 true");
    }

    @Test
    void aServerThatIsRestartedIsNoReason() throws IOException {
        begin("restarted");
        sees("state socket ");
        gateway.isDown = true;
        gateway.cut();
        await().atMost(PATIENCE)
                .until(() -> seen.stream()
                                .filter(line -> line.startsWith("state waiting"))
                                .count()
                        >= 5);
        assertThat(seen).doesNotContain("state stream ");
    }

    /** Passes bytes on, but may refuse what asks for an upgrade or never answer it, or refuse everybody. */
    private static final class Gateway implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> open = new CopyOnWriteArrayList<>();
        private final int behind;
        private volatile boolean refusesUpgrades;
        private volatile boolean holdsUpgrades;
        private volatile boolean holdsPosts;
        private volatile boolean isDown;
        private final AtomicInteger upgradesRefused = new AtomicInteger();
        private final AtomicInteger upgradesHeld = new AtomicInteger();
        private final AtomicInteger postsHeld = new AtomicInteger();

        Gateway(int behind) throws IOException {
            this.behind = behind;
            run(() -> {
                while (true) {
                    Socket client = listening.accept();
                    run(() -> serve(client));
                }
            });
        }

        int port() {
            return listening.getLocalPort();
        }

        private interface Io {
            void run() throws IOException;
        }

        private static void run(Io task) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            task.run();
                        } catch (IOException over) {
                            // one of the ends has gone
                        }
                    },
                    "gateway");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve(Socket client) throws IOException {
            try (client) {
                if (isDown) {
                    return;
                }
                open.add(client);
                InputStream in = client.getInputStream();
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int octet = in.read();
                    if (octet < 0) {
                        return;
                    }
                    head.append((char) octet);
                }
                boolean isUpgrade = head.toString().toLowerCase(Locale.ROOT).contains("upgrade: websocket");
                if (holdsPosts && head.toString().startsWith("POST ")) {
                    postsHeld.incrementAndGet();
                    in.transferTo(OutputStream.nullOutputStream());
                    return;
                }
                if (holdsUpgrades && isUpgrade) {
                    upgradesHeld.incrementAndGet();
                    try {
                        in.transferTo(OutputStream.nullOutputStream()); // until the client gives up
                    } finally {
                        upgradesHeld.decrementAndGet();
                    }
                    return;
                }
                if (refusesUpgrades && isUpgrade) {
                    upgradesRefused.incrementAndGet();
                    client.getOutputStream()
                            .write("HTTP/1.1 400 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    return;
                }
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), behind)) {
                    open.add(server);
                    server.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
                    run(() -> pump(new Held(in), server.getOutputStream()));
                    pump(server.getInputStream(), client.getOutputStream());
                }
            }
        }

        /** What a client says behind its first request, which is lost while posts are held: most connections take several. */
        private final class Held extends FilterInputStream {
            Held(InputStream in) {
                super(in);
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                while (holdsPosts && count >= 0) {
                    postsHeld.incrementAndGet();
                    count = super.read(buffer, offset, length);
                }
                return count;
            }
        }

        private static void pump(InputStream from, OutputStream to) throws IOException {
            byte[] buffer = new byte[16_384];
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                to.write(buffer, 0, count);
                to.flush();
            }
        }

        void cut() throws IOException {
            for (Socket socket : open) {
                socket.close();
            }
            open.clear();
        }

        @Override
        public void close() throws IOException {
            listening.close();
            cut();
        }
    }
}
