package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.parley.Programs;
import dev.parley.client.Credential;
import dev.parley.client.ParleyClient;
import dev.parley.client.Room;
import dev.parley.it.harness.ParleyWar;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/** The examples do what they say; the programs from the jar of the Java client that the build made. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("standalone")
@Tag("system") // a browser
@Timeout(120)
final class ExamplesIT {
    static final Path FOLLOW = Path.of("src/examples/follow-room/FollowRoom.java");
    static final Path SHIPPING = Path.of("src/examples/shipping/Shipping.java");
    private static final Path DASHBOARD = Path.of("src/examples/dashboard/dashboard.html");
    private static final HttpServer PAGES = serve();
    static final List<Path> PROGRAMS = List.of(FOLLOW, SHIPPING);

    @ArquillianResource
    private URL base;

    @TempDir
    private Path folder;

    @Deployment(testable = false)
    static WebArchive war() {
        String origin = "http://127.0.0.1:" + PAGES.getAddress().getPort();
        return ParleyWar.with(ParleyWar.root(), "parley.allowed-origins", origin);
    }

    /** Another web server, which has the page. */
    private static HttpServer serve() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                byte[] page = Files.readAllBytes(DASHBOARD);
                exchange.getResponseHeaders().add("Content-Type", "text/html");
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stop() {
        PAGES.stop(0);
    }

    @Test
    void jobThatFollowsARoomGoesOnWhereItStopped() throws Exception {
        String kept = folder.resolve("position.txt").toString();
        try (ParleyClient client = ParleyClient.connect(rooms(), Credential.user("ann"))) {
            Room orders = client.join("followed");
            Path first = folder.resolve("first.txt");
            Process job = start(FOLLOW, first, "job", "followed", kept);
            try {
                await().until(
                                () -> { // it hears what is said from its join on
                                    orders.send(Map.of("status", "tried")).get(20, TimeUnit.SECONDS);
                                    return Files.readString(first).contains("tried");
                                });
                orders.send(Map.of("status", "packed")).get(20, TimeUnit.SECONDS);
                await().until(() -> Files.readString(first).contains(" ann {\"status\":\"packed\"}"));
            } finally {
                kill(job);
            }
            orders.send(Map.of("status", "shipped")).get(20, TimeUnit.SECONDS);
            Path second = folder.resolve("second.txt");
            Process again = start(FOLLOW, second, "job", "followed", kept);
            try {
                await().until(() -> Files.readString(second).contains("shipped"));
                assertThat(Files.readString(second)).doesNotContain("packed");
            } finally {
                kill(again);
            }
        }
    }

    @Test
    void programWithTypesOfItsOwnIsToldThatItsMessageIsStored() throws Exception {
        Path said = folder.resolve("said.txt");
        Process shipping = start(SHIPPING, said, "dave", "order-42");
        try {
            assertThat(shipping.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(said)).contains("stored at 1");
        } finally {
            kill(shipping);
        }
    }

    @Test
    void dashboardCountsWhatIsSaid() throws Exception {
        try (ParleyClient client = ParleyClient.connect(rooms(), Credential.user("eve"));
                Browser browser = Browser.start()) {
            Room orders = client.join("orders");
            Tab tab = browser.open(
                    URI.create("http://127.0.0.1:" + PAGES.getAddress().getPort() + "/#" + base));
            await().pollInSameThread()
                    .until(() -> tab.element("state").getText().equals("live"));
            for (String status : List.of("packed", "shipped", "packed")) {
                orders.send(Map.of("status", status)).get(20, TimeUnit.SECONDS);
            }
            await().pollInSameThread()
                    .untilAsserted(() -> assertThat(tab.elements("#rows tr"))
                            .extracting(WebElement::getText)
                            .containsExactly("packed 2", "shipped 1"));
        }
    }

    private URI rooms() {
        return URI.create(base + "rooms");
    }

    /** As somebody would from the source, with the jar and, for one, Jackson. */
    private Process start(Path program, Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Programs.java(),
                "-cp",
                jar() + File.pathSeparator + jackson(),
                program.toString(),
                rooms().toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Files.createFile(output).toFile())
                .start();
    }

    private static Path jar() throws IOException {
        try (var found = Files.newDirectoryStream(ParleyWar.file().getParent(), "parley-*-client.jar")) {
            return found.iterator().next();
        }
    }

    private static String jackson() {
        return List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
                .filter(path -> path.contains("jackson-"))
                .reduce((one, other) -> one + File.pathSeparator + other)
                .orElseThrow();
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
