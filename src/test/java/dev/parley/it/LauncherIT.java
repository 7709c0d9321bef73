package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code java -jar parley.war} as its user meets it: what it prints, how it ends, what it leaves behind. */
@Tag("standalone")
final class LauncherIT {
    private static final Duration END = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** The process's directory for temporary files: whatever it leaves is seen. */
    @TempDir
    Path temporary;

    @Test
    void helpNamesEveryOptionAndEndsWell() {
        try (ExecutableWar parley = start("--help")) {
            assertThat(parley.exitStatus(END)).isZero();
            assertThat(parley.out()).anyMatch(line -> line.startsWith("Usage: java -jar parley.war"));
            assertThat(String.join("\n", parley.out()))
                    .contains("--port", "--host", "--context", "--KEY", "--log-format", "--version", "--help");
            assertThat(parley.err()).isEmpty();
        }
    }

    @Test
    void versionIsOneLine() {
        try (ExecutableWar parley = start("--version")) {
            assertThat(parley.exitStatus(END)).isZero();
            assertThat(parley.out()).singleElement().asString().matches("Parley [0-9]+\\.[0-9]+\\.[0-9]+\\S*");
        }
    }

    @Test
    void aCheckSaysWhatIsOpenAndEndsWithStatus4() throws IOException {
        try (ExecutableWar parley = start("--check", "--allowed-origins=*")) {
            assertThat(parley.exitStatus(END)).isEqualTo(4);
            assertThat(parley.out())
                    .anyMatch(line -> line.startsWith("parley.room-rules: demo mode"))
                    .anyMatch(line -> line.startsWith("parley.allowed-origins: *"))
                    .anyMatch(line -> line.startsWith("parley.backplane: memory:"))
                    .anyMatch(line -> line.startsWith("Open for production: "));
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void aCheckEndsWellIfNothingIsOpen() throws Exception {
        Path rules = Files.writeString(temporary.resolve("rules.txt"), "* all known\n");
        Path keys = Files.writeString(
                temporary.resolve("keys.json"),
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + "A".repeat(43) + "\",\"alg\":\"HS256\",\"kid\":\"1\"}]}");
        try (ExecutableWar parley = start(
                "--check",
                "--room-rules=" + rules,
                "--jwt-keys=" + keys,
                "--jwt-algorithms=HS256",
                "--guide=false",
                "--max-connections=100",
                "--backplane=redis://127.0.0.1:1", // away, which keeps no node from starting
                "--backplane-secret=0123456789abcdef")) {
            assertThat(parley.exitStatus(END)).isZero();
            assertThat(parley.out()).containsExactly("Nothing is open.");
        }
    }

    @Test
    void theLogMayBeOneJsonObjectALine() throws Exception {
        try (ExecutableWar parley = start("--port=0", "--log-format=json", "--backplane=redis://127.0.0.1:1")) {
            assertThat(status(parley.url().toURI())).isEqualTo(200);
            assertThat(parley.err())
                    .isNotEmpty()
                    .allMatch(line -> line.matches(
                            "\\{\"time\":\"[^\"]+Z\",\"level\":\"(INFO|WARNING)\",\"logger\":\"[^\"]+\".*}"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"parley", "-p", "--port", "--port=65536", "--context=chat", "--bad_option=1"})
    void badUsageIsOneLineAndStatus2(String argument) throws IOException {
        assertEndsWithOneLine(2, "parley: ", argument);
    }

    @ParameterizedTest
    @CsvSource({
        "--no-such-setting=1, no-such-setting",
        "--max-connections=many, max-connections",
        "--heartbeat=soon, heartbeat"
    })
    void aBadSettingIsOneLineAndStatus1(String argument, String named) throws IOException {
        assertEndsWithOneLine(1, named, "--port=0", argument);
    }

    @Test
    void aBusyPortIsOneLineAndStatus1() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(busy.getLocalPort());
            assertEndsWithOneLine(1, "port " + port + " is in use", "--host", "127.0.0.1", "--port", port);
        }
    }

    @Test
    void anAddressOfAnotherMachineIsOneLineAndStatus1() throws IOException {
        assertEndsWithOneLine(1, "cannot listen on 192.0.2.1", "--host", "192.0.2.1", "--port", "0");
    }

    @Test
    void itAnswersWhereItSaysThatItListens() throws Exception {
        try (ExecutableWar parley = start("--port", "0")) {
            URL url = parley.url();
            assertThat(url.getHost()).isEqualTo("localhost");
            assertThat(url.getPath()).isEqualTo("/");
            assertThat(status(url.toURI())).isEqualTo(200);
            assertThat(parley.out()).hasSize(1);
        }
    }

    @Test
    void aContextOfSeveralSegmentsPrecedesEveryPath() throws Exception {
        try (ExecutableWar parley = start("--host=127.0.0.1", "--port=0", "--context=/team/chat")) {
            URI url = parley.url().toURI();
            assertThat(url.getPath()).isEqualTo("/team/chat/");
            assertThat(status(url)).isEqualTo(200);
            assertThat(status(url.resolve("/"))).isEqualTo(404);
            WebSocket socket = open(url, new Visitor());
            socket.abort();
        }
    }

    @Test
    void aSettingReachesTheApplication() throws Exception {
        try (ExecutableWar parley = start("--host=127.0.0.1", "--port=0", "--max-message-bytes", "100")) {
            Visitor visitor = new Visitor();
            WebSocket socket = open(parley.url().toURI(), visitor);
            socket.sendText("a".repeat(101), true).get(10, TimeUnit.SECONDS);
            assertThat(visitor.code.get(10, TimeUnit.SECONDS)).isEqualTo(1009);
        }
    }

    @Test
    void whatItUnpacksIsNotNeededOnceThePortIsOpen() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (ExecutableWar parley = start("--host=127.0.0.1", "--port=" + port)) {
            await().atMost(END).pollInterval(Duration.ofMillis(5)).until(() -> isOpen(port));
            for (Path home : left()) {
                try (Stream<Path> files = Files.walk(home)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
            URI url = parley.url().toURI();
            for (String path : List.of("", "chat", "parley.js", "health", "metrics", "asyncapi.json")) {
                assertThat(status(url.resolve(path))).as(path).isEqualTo(200);
            }
            Visitor visitor = new Visitor();
            WebSocket socket = open(url, visitor);
            socket.sendText("hello", true).get(10, TimeUnit.SECONDS);
            assertThat(visitor.text.get(10, TimeUnit.SECONDS)).isEqualTo("Message text was: hello");
            socket.abort();
        }
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void nobodyElseCanReadWhatItUnpacks() throws IOException {
        try (ExecutableWar parley = start("--port=0")) {
            assertThat(parley.url()).isNotNull();
            assertThat(left())
                    .singleElement()
                    .satisfies(home -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                            .isEqualTo("rwx------"));
        }
    }

    @Test
    void sigtermSaysGoodbyeToSocketsAndLeavesNothing() throws Exception {
        try (ExecutableWar parley = start("--host=127.0.0.1", "--port=0")) {
            Visitor visitor = new Visitor();
            WebSocket socket = open(parley.url().toURI(), visitor);
            // The answer says that the server has opened the session; the 101 that the client has seen does not.
            socket.sendText("hello", true).get(10, TimeUnit.SECONDS);
            assertThat(visitor.text.get(10, TimeUnit.SECONDS)).isEqualTo("Message text was: hello");

            parley.terminate();

            // Well under the drain's own bound, since the one client answers at once.
            assertThat(parley.exitStatus(Duration.ofSeconds(15))).isEqualTo(128 + 15);
            assertThat(visitor.code.get(1, TimeUnit.SECONDS)).isEqualTo(1001);
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void aSignalInTheMiddleOfTheStartLeavesNothing() throws IOException {
        try (ExecutableWar parley = start("--host=127.0.0.1", "--port=0")) {
            await().until(() -> !left().isEmpty());

            parley.terminate();

            assertThat(parley.exitStatus(END)).isEqualTo(128 + 15);
            assertThat(left()).isEmpty();
        }
    }

    private ExecutableWar start(String... arguments) {
        return ExecutableWar.start(
                ParleyWar.file(), List.of("-Xmx256m", "-Djava.io.tmpdir=" + temporary), Map.of(), arguments);
    }

    private void assertEndsWithOneLine(int status, String part, String... arguments) throws IOException {
        try (ExecutableWar parley = start(arguments)) {
            assertThat(parley.exitStatus(END)).as(parley::toString).isEqualTo(status);
            assertThat(parley.err()).singleElement().asString().contains(part);
            assertThat(parley.out()).isEmpty();
        }
        assertThat(left()).isEmpty();
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            // The JVM's own.
            return files.filter(file -> !file.getFileName().toString().startsWith("hsperfdata_"))
                    .toList();
        }
    }

    private static int status(URI uri) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private static WebSocket open(URI base, WebSocket.Listener listener) {
        return HTTP.newWebSocketBuilder()
                .buildAsync(URI.create("ws" + base.resolve("ws").toString().substring("http".length())), listener)
                .join();
    }

    private static final class Visitor implements WebSocket.Listener {
        private final CompletableFuture<String> text = new CompletableFuture<>();
        private final CompletableFuture<Integer> code = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.complete(data.toString());
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            code.complete(status);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            code.completeExceptionally(failure);
        }
    }
}
