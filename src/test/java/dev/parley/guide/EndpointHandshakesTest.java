package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Gate;
import dev.parley.handshake.GateExchange;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.OriginRule;
import dev.parley.node.Budget;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import dev.parley.session.Routes;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.math.BigInteger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each of the guide's endpoints binds, from the request to the session. No endpoint is ever made. */
final class EndpointHandshakesTest {
    private static final String LOBBY = "lobby";

    private static final String DIGITS_4300 = "9".repeat(4300);

    private final Workers workers = new Workers();
    private final Rooms rooms = new Rooms(
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE)),
            workers,
            10,
            id -> Overflow.CLOSE,
            new Budget(Long.MAX_VALUE),
            Integer.MAX_VALUE);
    private final Policies policies = Policies.of(List.of(), null, Duration.ZERO, Thread::new, workers);
    private final Routes routes = new Routes(
            new ConnectionManager(
                    new ConnectionManager.Limits(10, 10, 1_000, Duration.ofSeconds(10), Duration.ofSeconds(20)),
                    workers,
                    null,
                    new Budget(Long.MAX_VALUE),
                    System::nanoTime),
            true,
            Routes.Injection.NONE);
    private final Gate gate = new Gate(
            List.of(
                    routes.to(EchoEndpoint.class, Dependencies.none(), 64),
                    routes.to(ItemEndpoint.class, Dependencies.none(), 64),
                    routes.to(
                            ChatEndpoint.class,
                            Dependencies.none().with(Rooms.class, rooms).with(Policies.class, policies),
                            64)),
            new Gate.Rules(new OriginRule(Set.of(), false), () -> {}, false));

    @BeforeEach
    void install() {
        HandshakeConfigurator.install(gate);
    }

    @AfterEach
    void uninstall() {
        HandshakeConfigurator.install(null);
    }

    @Test
    void echoTakesEverybody() throws Exception {
        assertThat(bound(GateExchange.upgrade("/ws"), EchoEndpoint.class, EchoEndpoint.Visit.class))
                .isPresent();
        assertThat(bound(
                        GateExchange.upgrade("/ws?q=bar&token=").with("Cookie", "session="),
                        EchoEndpoint.class,
                        EchoEndpoint.Visit.class))
                .isPresent();
    }

    @Test
    void itemTakesPathNumberAndCredential() throws Exception {
        GateExchange exchange = GateExchange.upgrade("/items/a%252F+%E2%82%AC/ws?q=1&q=-007&token=t&item_id=no")
                .with("Cookie", "session=first; item_id=no")
                .with("Cookie", "session=\"the last\"");

        assertThat(item(exchange))
                .contains(new ItemEndpoint.Visit("a%2F+€", Optional.of(BigInteger.valueOf(-7)), "the last"));
    }

    @Test
    void itemTakesTheTokenWhereThereIsNoCookie() throws Exception {
        assertThat(item(GateExchange.upgrade("/items/foo/ws?token=no&token=a+b")))
                .contains(new ItemEndpoint.Visit("foo", Optional.empty(), "a b"));
        assertThat(item(GateExchange.upgrade("/items/foo/ws?token=t").with("Cookie", "Session=no; session=")))
                .contains(new ItemEndpoint.Visit("foo", Optional.empty(), "t"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?",
                "?token",
                "?token=",
                "?token=t&token=",
                "?Token=t",
                "?q=1",
                "?token=t&q=",
                "?token=t&q",
                "?token=t&q=bar",
                "?token=t&q=1.5",
                "?token=t&q=1e3",
                "?token=t&q=0x10",
                "?token=t&q=true",
                "?token=t&q=+5+",
                "?token=t&q=1_000",
                "?token=t&q=%EF%BC%95",
                "?token=t&q=1&q=x",
                "?token=t;q=1&token="
            })
    void itemRefusesWhatIsMissingOrMalformed(String query) throws Exception {
        GateExchange exchange = GateExchange.upgrade("/items/foo/ws" + query);

        assertThat(item(exchange)).isEmpty();
        assertThat(exchange.status()).isEqualTo(403);
    }

    @Test
    void itemIgnoresTheAuthorizationHeader() throws Exception {
        GateExchange exchange = GateExchange.upgrade("/items/foo/ws")
                .with("Authorization", "Bearer t")
                .with("X-Token", "t");

        assertThat(item(exchange)).isEmpty();
        assertThat(exchange.status()).isEqualTo(403);
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void chatTakesASeatBeforeItIsAnsweredAndNoneIfItIsRefused() throws Exception {
        chat("abc");
        chat("5?room=News");
        assertThat(rooms.count()).isZero();

        GateExchange exchange = GateExchange.upgrade("/ws/5");
        Optional<ChatEndpoint.Visit> visit = bound(exchange, ChatEndpoint.class, ChatEndpoint.Visit.class);
        assertThat(rooms.count()).isEqualTo(1);
        visit.orElseThrow().seat().close();
        assertThat(rooms.count()).isZero();
    }

    @Test
    void chatTakesAnyInteger() throws Exception {
        assertThat(chat("1748865600000")).contains(Map.entry(BigInteger.valueOf(1748865600000L), LOBBY));
        assertThat(chat("-007?client_id=8")).contains(Map.entry(BigInteger.valueOf(-7), LOBBY));
        assertThat(chat("+5")).contains(Map.entry(BigInteger.valueOf(5), LOBBY));
        assertThat(chat("%2B5")).contains(Map.entry(BigInteger.valueOf(5), LOBBY));
        assertThat(chat(DIGITS_4300)).contains(Map.entry(new BigInteger(DIGITS_4300), LOBBY));
    }

    @Test
    void chatLooksIntoTheRoomOfTheQuery() throws Exception {
        assertThat(chat("5?room=news")).contains(Map.entry(BigInteger.valueOf(5), "news"));
        assertThat(chat("5?room=News")).isEmpty();
        assertThat(chat("5?room=")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc",
                "1.5",
                "1e3",
                "%205",
                "5%20",
                "+",
                "-",
                "--1",
                "1_000",
                "%EF%BC%95",
                "0x1",
                "null",
                "5;a=b"
            })
    void chatRefusesWhatIsNone(String clientId) throws Exception {
        GateExchange exchange = GateExchange.upgrade("/ws/" + clientId);

        assertThat(bound(exchange, ChatEndpoint.class, ChatEndpoint.Visit.class))
                .isEmpty();
        assertThat(exchange.status()).isEqualTo(403);
    }

    @Test
    void chatRefusesMoreThan4300Digits() throws Exception {
        assertThat(chat("9" + DIGITS_4300)).isEmpty();
    }

    private Optional<ItemEndpoint.Visit> item(GateExchange exchange) throws Exception {
        return bound(exchange, ItemEndpoint.class, ItemEndpoint.Visit.class);
    }

    private Optional<Map.Entry<BigInteger, String>> chat(String clientId) throws Exception {
        return bound(GateExchange.upgrade("/ws/" + clientId), ChatEndpoint.class, ChatEndpoint.Visit.class)
                .map(visit -> Map.entry(visit.clientId(), visit.seat().room()));
    }

    private <P extends Record> Optional<P> bound(GateExchange exchange, Class<?> endpoint, Class<P> parameters)
            throws Exception {
        ServerEndpointConfig config =
                ServerEndpointConfig.Builder.create(endpoint, "/any").build();
        exchange.through(
                gate,
                (request, response) -> new HandshakeConfigurator()
                        .modifyHandshake(config, unused(HandshakeRequest.class), unused(HandshakeResponse.class)));
        Session session = Fake.of(Session.class, (name, arguments) -> config.getUserProperties());
        return Handshake.of(session, parameters);
    }

    private static <T> T unused(Class<T> type) {
        return Fake.of(type, (name, arguments) -> {
            throw new AssertionError("unexpected call of " + name);
        });
    }
}
