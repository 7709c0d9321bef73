package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Programs;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code java -Xmx256m -jar parley.war} that is not treated well: whether it is whole, and what it has to say if it is not.
 *
 * <p>Used by one thread at a time.
 */
final class AbusedNode implements AutoCloseable {
    static final List<String> JAVA = List.of("-Xmx256m");
    private static final String JCMD =
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ExecutableWar war;
    private int looks;

    private AbusedNode(ExecutableWar war) {
        this.war = war;
        war.url();
    }

    static AbusedNode start(String... arguments) {
        return start(JAVA, arguments);
    }

    static AbusedNode start(List<String> javaOptions, String... arguments) {
        return new AbusedNode(ExecutableWar.start(ParleyWar.file(), javaOptions, Map.of(), local(arguments)));
    }

    /** With no more of something than {@code ulimit} says. */
    static AbusedNode startWithin(String ulimit, String... arguments) {
        return new AbusedNode(ExecutableWar.startWithin(ulimit, JAVA, local(arguments)));
    }

    private static String[] local(String... arguments) {
        return Stream.concat(Stream.of("--host", "127.0.0.1", "--port", "0"), Stream.of(arguments))
                .toArray(String[]::new);
    }

    Site site() {
        return Site.at(war.url());
    }

    boolean isAlive() {
        return ProcessHandle.of(war.pid()).map(ProcessHandle::isAlive).orElse(false);
    }

    void signal(String name) throws InterruptedException {
        Programs.signal(war.pid(), name);
    }

    HttpResponse get(String path) {
        return site().upgrade(path).plain().with("Connection", "close").exchange();
    }

    /** Within so long, health has nothing to complain about, and whoever comes is served at every door. */
    void mustBeWholeWithin(Duration bound) {
        await("the node is whole")
                .atMost(bound)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(300))
                .untilAsserted(() -> {
                    assertThat(isAlive()).as("the process is alive").isTrue();
                    HttpResponse health = get("/health");
                    assertThat(health.status()).as(health.body()).isEqualTo(200);
                    assertThat(health.body()).doesNotContain("DOWN");
                    mustServe();
                });
    }

    /** Every endpoint takes part. */
    private void mustServe() {
        mustServe("whole-" + ++looks);
    }

    /** Every endpoint takes part; the room may have a past. */
    void mustServe(String room) {
        Site site = site();
        try (RawWebSocket echo = site.open("/ws")) {
            echo.sendText("x");
            assertThat(echo.receiveText()).isEqualTo("Message text was: x");
        }
        try (RawWebSocket chat = site.open("/ws/5?room=" + room)) {
            chat.sendText("x");
            assertThat(chat.receiveTexts(2)).containsExactly("You wrote: x", "Client #5 says: x");
        }
        try (RawWebSocket items = site.open("/items/foo/ws?token=t")) {
            items.sendText("x");
            assertThat(items.receiveTexts(2).get(1)).isEqualTo("Message text was: x, for item ID: foo");
        }
        try (RoomsClient guest = RoomsClient.as("guest", site);
                RoomsClient author = RoomsClient.as("author", site)) {
            String position = RoomsClient.field(author.joins(room), "position");
            assertThat(author.sends(room, "key-" + System.nanoTime(), "1")).contains("\"type\":\"ack\"");
            assertThat(guest.asks("'type':'join','room':'" + room + "','presence':true,'since':" + position))
                    .contains("\"resume\":\"ok\"", "\"replayed\":1");
            assertThat(guest.asks("'type':'history','room':'" + room + "','limit':10"))
                    .contains("\"type\":\"history\"", "\"seq\":");
        }
        assertThat(get("/").status()).isEqualTo(200);
    }

    /** Where it lets a debugger in, if it was started so. */
    int debugPort() {
        return war.out().stream()
                .filter(line -> line.startsWith("Listening for transport dt_socket at address: "))
                .map(line -> Integer.parseInt(line.replaceAll("\\D+", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Of one that is gone. */
    int exitStatus() {
        return war.exitStatus(PATIENCE);
    }

    /** It has ended by itself within so long, with a status and a line that say why. */
    void mustHaveEndedItself(Duration bound) {
        assertThat(war.exitStatus(bound)).isEqualTo(3);
        assertThat(war.err()).anyMatch(line -> line.matches("(?i)parley: .*memory.*"));
    }

    /** Health, heap and the last lines of the log; may be asked when it is dead. */
    String tells() {
        return "process " + war.pid() + (isAlive() ? " is alive" : " is gone") + "\nhealth: " + health() + "\nheap: "
                + heap() + "\n" + war;
    }

    private String heap() {
        String heap = run(JCMD, Long.toString(war.pid()), "GC.heap_info");
        try {
            Files.deleteIfExists(Path.of(".attach_pid" + war.pid())); // stays where nobody answers
        } catch (IOException e) {
            return heap + " " + e;
        }
        return heap;
    }

    private String health() {
        return run("curl", "-s", "-m", "5", "http://" + site().authority() + "/health");
    }

    private static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            if (!process.waitFor(6, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "no answer";
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** Ends it in good order, or otherwise: a test that got so far has said what it had to. */
    @Override
    public void close() {
        war.terminate();
        ProcessHandle.of(war.pid()).ifPresent(process -> {
            try {
                process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (Exception stillThere) {
                System.out.println("abuse: it did not stop within " + PATIENCE + " and was killed");
                process.destroyForcibly();
            }
        });
        war.close();
    }
}
