package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.Room;
import dev.parley.RoomListener;
import dev.parley.guide.ChatEndpoint;
import dev.parley.guide.EchoEndpoint;
import dev.parley.guide.ItemEndpoint;
import dev.parley.handshake.Gate;
import dev.parley.handshake.GateExchange;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.RecordedLog;
import dev.parley.library.LocalParley;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ApplicationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final FakeContext context = new FakeContext();
    private final Set<Thread> before = threads();
    private final RecordedLog log = RecordedLog.of("dev.parley");
    private @Nullable Application application;

    @AfterEach
    void stop() {
        if (application != null) {
            application.stop();
        }
        HandshakeConfigurator.install(null);
        log.close();
    }

    @Test
    void gateComesBeforeEveryOtherFilterAndSeesEveryRequest() {
        start();

        assertThat(context.filter()).isInstanceOf(Gate.class);
        assertThat(context.filterCalls())
                .containsEntry("addMappingForUrlPatterns", FakeContext.beforeAllOthers())
                .containsEntry("setAsyncSupported", List.of(true));
    }

    /** As the default servlet they replace the server's own, so that nothing else in the WAR can be downloaded. */
    @Test
    void pagesAreTheDefaultServletAndTheClientIsThereFromTheStart() {
        start();

        assertThat(context.servletCalls("pages")).containsEntry("addMapping", List.of("/"));
        assertThat(context.servletCalls("parley-client"))
                .containsEntry("addMapping", List.of("/parley.js", "/parley-stream.js", "/parley.d.ts"))
                .containsEntry("setLoadOnStartup", List.of(1));
    }

    /** The server's own default servlet would hand out the launcher. */
    @Test
    void withoutTheGuideThereAreRoomsAndNothingElseIsHandedOut() {
        context.with("parley.guide", "false");
        start();

        assertThat(context.servlet("pages")).isNull();
        assertThat(context.servletCalls("parley-client"))
                .containsEntry("addMapping", List.of("/parley.js", "/parley-stream.js", "/parley.d.ts", "/"));
        assertThat(upgrade("/ws").status()).isEqualTo(404);
        assertThat(upgrade("/rooms", "Sec-WebSocket-Protocol", "parley.v1").hasPassed())
                .isTrue();
    }

    @Test
    void guidesThreeEndpointsAreRoutedAndMade() throws Exception {
        start();

        assertThat(upgrade("/ws").hasPassed()).isTrue();
        assertThat(upgrade("/items/foo/ws?token=t").hasPassed()).isTrue();
        assertThat(upgrade("/ws/5").hasPassed()).isTrue();
        assertThat(upgrade("/nope").status()).isEqualTo(404);
        for (Class<?> endpoint : List.of(EchoEndpoint.class, ItemEndpoint.class, ChatEndpoint.class)) {
            assertThat(new HandshakeConfigurator().getEndpointInstance(endpoint))
                    .isInstanceOf(endpoint);
        }
    }

    @Test
    void startAndEndAreLogged() {
        start().stop();

        assertThat(log.lines()).hasSize(3);
        assertThat(log.lines().get(0)).startsWith("INFO").contains("Parley (unpackaged) started on Fake/1.0");
        assertThat(log.lines().get(1)).startsWith("WARNING").contains("Demo mode", "parley.room-rules");
        assertThat(log.lines().get(2)).startsWith("INFO").contains("Parley has closed its 0 connections");
    }

    @Test
    void rulesAreTheEndOfTheDemonstration(@TempDir Path directory) throws Exception {
        context.with(
                "parley.room-rules",
                Files.writeString(directory.resolve("rules"), "lobby all everyone")
                        .toString());
        start().stop();

        assertThat(log.lines()).noneSatisfy(line -> assertThat(line).contains("Demo mode"));
    }

    @Test
    void rulesSayWhatIsKeptAndWhoListensHearsItAllTheSame(@TempDir Path directory) throws Exception {
        context.with(
                "parley.room-rules",
                Files.writeString(directory.resolve("rules"), "secret-* keep:0\n* all everyone")
                        .toString());
        start();
        Parley parley = LocalParley.of(context.asServletContext());
        Room secret = parley.room("secret-1");
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Position before = result(secret.position());
        secret.subscribe(before, message -> heard.add(message.data().raw()));

        for (int i = 0; i < 20; i++) {
            result(secret.publish(i));
        }
        result(parley.room("news").publish("news"));

        for (int i = 0; i < 20; i++) {
            assertThat(heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
        }
        assertThat(result(secret.history(Long.MAX_VALUE, 10))).isEmpty();
        assertThat(result(secret.position()).seq()).isEqualTo(20);
        assertThat(result(parley.room("news").history(Long.MAX_VALUE, 10))).hasSize(1);
    }

    @Test
    void whatTheApplicationErasesIsToldToItsListenersAndInNoHistory() throws Exception {
        start();
        Room room = LocalParley.of(context.asServletContext()).room("news");
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        room.subscribe(new RoomListener() {
            @Override
            public void message(Message message) {
                heard.add(message.data().raw());
            }

            @Override
            public void erased(String messageId) {
                heard.add("erased " + messageId);
            }
        });
        String id = result(room.publish("secret")).position().message();
        assertThat(heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("\"secret\"");

        result(room.erase(id));
        result(room.erase(id));
        result(room.erase("unknown"));
        result(room.publish("after"));

        assertThat(heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("erased " + id);
        assertThat(heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("\"after\"");
        assertThat(result(room.history(Long.MAX_VALUE, 10)))
                .extracting(message -> message.data().raw())
                .containsExactly("\"after\"");
    }

    private static <T> T result(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void settingsReachTheGate() {
        context.with("parley.allowed-origins", "https://app.example").with("parley.cookie-needs-origin", "true");
        start();

        assertThat(upgrade("/ws", "Origin", "https://app.example").hasPassed()).isTrue();
        assertThat(upgrade("/ws", "Origin", "https://evil.example").status()).isEqualTo(403);
        assertThat(upgrade("/ws", "Cookie", "x=1").status()).isEqualTo(403);
    }

    @Test
    void drainingRefusesNewVisitors() {
        start().drain();

        GateExchange exchange = upgrade("/ws");
        assertThat(exchange.status()).isEqualTo(503);
        assertThat(exchange.answer()).containsKey("Retry-After");
        assertThat(upgrade("/nope").status()).isEqualTo(404);
    }

    @Test
    void destroyingThePagesDrains() {
        start();

        context.servlet("parley-client").destroy();

        assertThat(upgrade("/ws").status()).isEqualTo(503);
    }

    @Test
    void stoppingLeavesNoThreadAndNoStatic() throws Exception {
        start();
        assertThat(ours()).isNotEmpty();

        application.stop();

        assertNothingIsLeft();
    }

    @Test
    void stoppingTwiceIsStoppingOnce() {
        start().stop();

        assertThatCode(application::drain).doesNotThrowAnyException();
        assertThatCode(application::stop).doesNotThrowAnyException();
    }

    @Test
    void startThatFailsLeavesNoThreadAndNoStatic() throws Exception {
        context.refusingServlets();

        assertThatThrownBy(this::start).isInstanceOf(IllegalStateException.class);

        assertNothingIsLeft();
    }

    @Test
    void startThatFailsAfterTheEngineWasOpenedLeavesNothing(@TempDir Path directory) throws Exception {
        String keys = Files.writeString(directory.resolve("keys"), "{").toString();
        context.with("parley.jwt-keys", keys);

        assertThatThrownBy(this::start).isInstanceOf(SettingsException.class).hasMessageContaining("parley.jwt-keys");

        assertNothingIsLeft();
    }

    @Test
    void whatWasOpenedIsClosedInReverseOrderWhateverOneOfThemThrows() {
        List<String> closed = new ArrayList<>();
        Opened opened = new Opened();
        opened.add("first", () -> closed.add("first"));
        opened.add("second", () -> {
            throw new NoClassDefFoundError("driver");
        });
        opened.add("third", () -> closed.add("third"));

        opened.close();
        opened.close();

        assertThat(closed).containsExactly("third", "first");
        assertThat(log.lines()).singleElement().asString().contains("closing second");
    }

    @Test
    void originThatIsNoneStopsTheStartBeforeAnythingIsThere() throws Exception {
        context.with("parley.allowed-origins", "https://app.example/");

        assertThatThrownBy(this::start)
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("parley.allowed-origins")
                .hasMessageContaining("not an origin");

        assertThat(context.filter()).isNull();
        assertNothingIsLeft();
    }

    private Application start() {
        Settings settings = Settings.read(new Sources(Map.of(), Map.of(), context.parameters()));
        application = Application.start(context.asServletContext(), settings);
        return application;
    }

    private GateExchange upgrade(String target) {
        return GateExchange.upgrade(target).through((Gate) context.filter());
    }

    private GateExchange upgrade(String target, String header, String value) {
        return GateExchange.upgrade(target).with(header, value).through((Gate) context.filter());
    }

    private void assertNothingIsLeft() throws InterruptedException {
        for (Thread thread : ours()) {
            thread.join(PATIENCE.toMillis());
        }
        assertThat(ours()).isEmpty();
        assertThatExceptionOfType(InstantiationException.class)
                .isThrownBy(() -> new HandshakeConfigurator().getEndpointInstance(EchoEndpoint.class));
    }

    /** The threads that this test's application has started and that are still alive. */
    private Set<Thread> ours() {
        Set<Thread> threads = threads();
        threads.removeAll(before);
        return threads;
    }

    private static Set<Thread> threads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.getName().startsWith("parley-"));
        return threads;
    }
}
