package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Fake;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let by, and how the others are refused. What is let by is in {@link GateHandOverTest}. */
final class GateTest {
    private static final String EVIL = "http://evil.example";

    record Nothing() {}

    @ServerEndpoint(value = "/ws", configurator = HandshakeConfigurator.class)
    @Binds(Nothing.class)
    static final class Echo {}

    record ItemVisit(
            @PathParam("id") String id,
            @QueryParam("q") Optional<Integer> q,
            @Depends(Login.class) String who) {}

    /** Refuses nobody but those who bring no session; fails on one that is bad. */
    record Login(@CookieParam("session") Optional<String> session) implements Dependency<String> {
        @Override
        public String value() {
            String who = session.orElseThrow(() -> new HandshakeRefused(401, "no session"));
            if (who.equals("no-memory")) {
                throw new OutOfMemoryError("as if");
            }
            if (who.equals("no-class")) {
                throw new NoClassDefFoundError("dev/parley/Secret");
            }
            if (who.startsWith("bad")) {
                throw new IllegalStateException("the user database is away");
            }
            return who;
        }
    }

    @ServerEndpoint(value = "/items/{id}/ws", configurator = HandshakeConfigurator.class)
    @Binds(ItemVisit.class)
    static final class Item {}

    record RoomVisit(@PathParam("room") String room) {}

    @ServerEndpoint(value = "/rooms/{room}", configurator = HandshakeConfigurator.class)
    @Binds(RoomVisit.class)
    static final class Room {}

    @ServerEndpoint(value = "/rooms/lobby", configurator = HandshakeConfigurator.class)
    @Binds(Nothing.class)
    static final class Lobby {}

    /** Those of this test, of which the one with a variable comes first. */
    static List<Route> routes() {
        return List.of(
                Route.to(Room.class, Room::new),
                Route.to(Item.class, Item::new),
                Route.to(Lobby.class, Lobby::new),
                Route.to(Echo.class, Echo::new));
    }

    /** Pages from here, when {@code admission} says so. */
    static Gate.Rules rules(Admission admission) {
        return new Gate.Rules(new OriginRule(Set.of(), false), admission, false);
    }

    private final Gate gate = new Gate(routes(), rules(() -> {}));
    private final Gate draining = new Gate(routes(), rules(() -> {
        throw new HandshakeRefused(503, "draining");
    }));

    @ParameterizedTest
    @ValueSource(strings = {"/", "/ws", "/nope", "/items/a/ws?q=bar", "/%zz?%00", ""})
    void plainHttpPassesUntouched(String target) {
        for (Gate any : List.of(gate, draining)) {
            GateExchange exchange =
                    GateExchange.plain(target).with("Origin", EVIL).through(any);

            assertThat(exchange.hasPassed()).isTrue();
            assertThat(exchange.status()).isZero();
            assertThat(exchange.answer()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "TLS/1.0", "", "web socket"})
    void otherUpgradesPassUntouched(String upgrade) {
        GateExchange exchange =
                GateExchange.plain("/nope").with("Upgrade", upgrade).through(gate);

        assertThat(exchange.hasPassed()).isTrue();
        assertThat(exchange.answer()).isEmpty();
    }

    @Test
    void whatIsNotHttpPassesUntouched() throws Exception {
        ServletRequest request = Fake.of(ServletRequest.class, GateTest::unexpected);
        ServletResponse response = Fake.of(ServletResponse.class, GateTest::unexpected);
        List<Object> passed = new ArrayList<>();

        gate.doFilter(request, response, (passedRequest, passedResponse) -> {
            passed.add(passedRequest);
            passed.add(passedResponse);
        });

        assertThat(passed).containsExactly(request, response);
    }

    /** Whatever any container might take for a WebSocket upgrade is decided here. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "websocket",
                "WebSocket",
                "WEBSOCKET",
                " websocket ",
                "h2c, websocket",
                "websocket,h2c",
                "websocket/13",
                "\"websocket\""
            })
    void everyFormOfUpgradeIsDecided(String upgrade) {
        assertThat(GateExchange.plain("/nope")
                        .with("Upgrade", upgrade)
                        .through(gate)
                        .status())
                .isEqualTo(404);
        assertThat(GateExchange.upgrade("/ws")
                        .without("Upgrade")
                        .with("Upgrade", upgrade)
                        .through(gate)
                        .hasPassed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "AAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAAAA==",
                "AAAAAAAAAAAAAAAAAAAAA!==",
                "AAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void keyThatIsNotSixteenBytesIsABadRequest(String key) {
        assertRefused(
                400, GateExchange.upgrade("/ws").without("Sec-WebSocket-Key").with("Sec-WebSocket-Key", key));
    }

    @Test
    void noKeyAndTwoAreABadRequest() {
        assertRefused(400, GateExchange.upgrade("/ws").without("Sec-WebSocket-Key"));
        assertRefused(400, GateExchange.upgrade("/ws").with("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "0", "14", "", "13, 8", "013", "thirteen"})
    void anotherVersionIsToldWhichOneIsSpoken(String version) {
        GateExchange exchange =
                GateExchange.upgrade("/ws").without("Sec-WebSocket-Version").with("Sec-WebSocket-Version", version);

        assertRefused(426, exchange);
        assertThat(exchange.answer()).containsEntry("Sec-WebSocket-Version", "13");
    }

    @Test
    void noVersionIsAnotherVersion() {
        GateExchange exchange =
                GateExchange.upgrade("/ws").without("Sec-WebSocket-Version").without("Sec-WebSocket-Key");

        assertRefused(426, exchange);
        assertThat(exchange.answer()).containsEntry("Sec-WebSocket-Version", "13");
        assertRefused(426, GateExchange.upgrade("/ws").with("Sec-WebSocket-Version", "8"));
        assertPasses(
                GateExchange.upgrade("/ws").without("Sec-WebSocket-Version").with("Sec-WebSocket-Version", " 13 "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"?=x", "?&&", "?=", "?&=x&", "?[a]=1", "?a[]=1&]=[", "?==", "?=x&=y"})
    void parametersThatNobodyAskedForAreIgnored(String query) {
        assertPasses(GateExchange.upgrade("/ws" + query));
    }

    @Test
    void secondHostIsABadRequest() {
        assertThat(GateExchange.upgrade("/ws")
                        .with("Host", "evil.example")
                        .through(gate)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void credentialsThatTheServerFailsAtAreABadRequest() {
        String malformed = "Basic not-base64";
        assertRefused(400, GateExchange.upgrade("/ws").with("Authorization", malformed));
        assertRefused(400, GateExchange.plain("/anything").with("Authorization", malformed));
        assertThat(GateExchange.plain("/anything")
                        .with("Authorization", "Basic YTpi")
                        .through(gate)
                        .hasPassed())
                .isTrue();
    }

    @Test
    void upgradeThatConnectionDoesNotNameIsABadRequest() {
        assertThat(GateExchange.upgrade("/ws")
                        .without("Connection")
                        .with("Connection", "keep-alive")
                        .through(gate)
                        .status())
                .isEqualTo(400);
        assertThat(GateExchange.upgrade("/ws")
                        .without("Connection")
                        .with("Connection", "keep-alive, Upgrade")
                        .through(gate)
                        .hasPassed())
                .isTrue();
    }

    @Test
    void upgradeMayStandInAnyOfSeveralHeaders() {
        GateExchange exchange = GateExchange.plain("/nope")
                .with("Upgrade", "h2c")
                .with("upgrade", "WebSocket")
                .through(gate);

        assertThat(exchange.status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/WS",
                "/ws/",
                "//ws",
                "/wsx",
                "/items/a",
                "/items//ws",
                "/items/a/ws/",
                "/items/a%2Fb/ws",
                "/items/../ws",
                "/items/%2e%2e/ws",
                "/items/%2E/ws",
                "/items/a/../../ws",
                "/ws;a=b",
                "/nope/../ws"
            })
    void unknownPathIsNotFound(String path) {
        assertRefused(404, GateExchange.upgrade(path).with("Cookie", "session=s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%zz", "/ws?%zz", "/ws?a=%", "/items/%ff/ws", "/items/%00/ws", "/nope%00"})
    void malformedTargetIsABadRequest(String target) {
        assertRefused(400, GateExchange.upgrade(target).with("Cookie", "session=s"));
    }

    @Test
    void whatDoesNotBindIsRefused() {
        assertRefused(403, GateExchange.upgrade("/items/a/ws?q=bar").with("Cookie", "session=s"));
        assertRefused(401, GateExchange.upgrade("/items/a/ws?q=1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {EVIL, "null", "", "http://localhost:8081", "https://localhost"})
    void foreignOriginIsRefused(String origin) {
        assertRefused(403, GateExchange.upgrade("/ws").with("Origin", origin));
    }

    /** No browser sends two, and which one counts must not be a matter of their order. */
    @Test
    void foreignOriginBesideOursIsRefused() {
        String ours = "http://localhost:8080";

        assertRefused(403, GateExchange.upgrade("/ws").with("Origin", EVIL).with("Origin", ours));
        assertRefused(403, GateExchange.upgrade("/ws").with("Origin", ours).with("Origin", EVIL));
    }

    @Test
    void originIsComparedWithWhatTheRequestSaysOfItself() {
        GateExchange plain = GateExchange.upgrade("/ws").with("Origin", "http://localhost:8080");
        GateExchange tls = GateExchange.upgrade("/ws")
                .with("Origin", "http://localhost:8080")
                .overTls();
        GateExchange hostless = GateExchange.upgrade("/ws")
                .with("Origin", "http://localhost:8080")
                .without("Host");

        assertThat(plain.through(gate).hasPassed()).isTrue();
        assertRefused(403, tls);
        assertRefused(403, hostless);
    }

    @Test
    void cookiesNeedAnOriginWhereTheOperatorSaysSo() {
        Gate strict = new Gate(routes(), new Gate.Rules(new OriginRule(Set.of(), true), () -> {}, false));

        assertRefused(403, GateExchange.upgrade("/items/a/ws").with("Cookie", "session=s"), strict);
        assertThat(GateExchange.upgrade("/ws").through(strict).hasPassed()).isTrue();
    }

    @Test
    void nobodyIsLetInWhenThereIsNoAdmission() {
        GateExchange exchange = GateExchange.upgrade("/ws");

        assertRefused(503, exchange, draining);
        assertThat(exchange.answer()).containsEntry("Retry-After", "1");
    }

    @Test
    void faultOfOursIsAServerErrorWithoutDetails() {
        try (RecordedLog log = RecordedLog.of(Gate.class.getName())) {
            assertRefused(500, GateExchange.upgrade("/items/a/ws?q=1").with("Cookie", "session=bad-s3cr3t"));

            assertThat(log.lines()).singleElement().asString().contains("SEVERE", "the user database is away");
            assertThat(log.lines()).singleElement().asString().doesNotContain("s3cr3t");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-memory", "no-class"})
    void errorOfOursIsAServerErrorWithoutDetails(String session) {
        Decisions decisions = new Decisions();
        Gate counting = new Gate(routes(), new Gate.Rules(new OriginRule(Set.of(), false), () -> {}, true), decisions);
        try (RecordedLog log = RecordedLog.of(Gate.class.getName())) {
            GateExchange exchange = GateExchange.upgrade("/items/a/ws?q=1")
                    .with("Cookie", "session=" + session)
                    .through(counting);

            assertThat(exchange.status()).isEqualTo(500);
            assertThat(exchange.body()).isEqualTo("internal error\n");
            assertThat(log.lines()).hasSize(1);
            assertThat(decisions.counts()).containsEntry(new Decisions.Outcome(500, "internal error"), 1L);
        }
    }

    @Test
    void refusalIsLoggedWithoutWhatTheVisitorSent() {
        try (RecordedLog log = RecordedLog.of(Gate.class.getName())) {
            assertRefused(
                    403,
                    GateExchange.upgrade("/items/s3cr3t/ws?q=s3cr3t&token=s3cr3t")
                            .with("Cookie", "session=s3cr3t"));
            assertRefused(403, GateExchange.upgrade("/ws").with("Origin", "http://s3cr3t"));
            assertRefused(404, GateExchange.upgrade("/s3cr3t"));
            assertRefused(400, GateExchange.upgrade("/s3cr3t%zz"));

            assertThat(log.lines())
                    .hasSize(4)
                    .allSatisfy(line -> assertThat(line).startsWith("FINE").doesNotContain("s3cr3t"));
        }
    }

    @Test
    void unknownPathIsNotFoundEvenWhileDraining() {
        assertRefused(404, GateExchange.upgrade("/nope").with("Origin", EVIL), draining);
    }

    @Test
    void admissionComesBeforeTheOriginAndTheOriginBeforeTheParameters() {
        GateExchange wrongInEveryWay = GateExchange.upgrade("/items/a/ws?q=bar").with("Origin", EVIL);
        GateExchange unknown = GateExchange.upgrade("/items/a/ws").with("Origin", EVIL);

        assertRefused(503, wrongInEveryWay, draining);
        assertRefused(403, unknown); // not 401
    }

    @Test
    void contextPathIsCutOff() {
        assertPasses(GateExchange.upgrade("/parley/ws").under("/parley"));
        assertPasses(GateExchange.upgrade("/a/b/ws").under("/a/b"));
        assertPasses(GateExchange.upgrade("/ws/ws").under("/ws"));
        assertRefused(404, GateExchange.upgrade("/parley").under("/parley"));
        assertRefused(404, GateExchange.upgrade("/parley/").under("/parley"));
        assertRefused(404, GateExchange.upgrade("/parley/parley/ws").under("/parley"));
    }

    /** Tomcat hands over the context path as it was sent, others as it was deployed. */
    @Test
    void contextPathMayBeSpelledOtherwise() {
        assertPasses(GateExchange.upgrade("/p%61rley/ws").under("/p%61rley", "/parley"));
        assertPasses(GateExchange.upgrade("/p%61rley/ws").under("/parley"));
        assertPasses(GateExchange.upgrade("/gr%C3%B6n/ws").under("/gr%C3%B6n", "/grön"));
        assertPasses(GateExchange.upgrade("/gr%c3%b6n/ws").under("/grön"));
        assertPasses(GateExchange.upgrade("/a+b%20c/ws").under("/a+b c"));
    }

    /** An application may be deployed at a path that has a percent sign in it, and the server may hand it over escaped or not. */
    @Test
    void contextPathMayHoldEscapes() {
        assertPasses(GateExchange.upgrade("/100%25/ws").under("/100%25", "/100%"));
        assertPasses(GateExchange.upgrade("/100%25/ws").under("/100%25"));
        assertPasses(GateExchange.upgrade("/a%2541/ws").under("/a%2541", "/a%41"));
        assertPasses(GateExchange.upgrade("/a%20b/x%25/ws").under("/a%20b/x%25", "/a b/x%25"));
        assertRefused(404, GateExchange.upgrade("/100%/ws").under("/100%25"));
        assertRefused(404, GateExchange.upgrade("/b%2541/ws").under("/a%41"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/x/../parley", "/x/%2e%2e/parley", "/x/..;/parley", "//parley", "/./parley", "/parley;a=b"})
    void detourIntoTheContextIsNotFound(String sent) {
        assertRefused(404, GateExchange.upgrade(sent + "/ws").under(sent, "/parley"));
    }

    @Test
    void contextPathThatTheTargetDoesNotBeginWithIsNotFound() {
        assertRefused(404, GateExchange.upgrade("/other/ws").under("/parley"));
        assertRefused(404, GateExchange.upgrade("/parleyx/ws").under("/parley"));
        assertRefused(404, GateExchange.upgrade("/parley/ws").under("/parley/two"));
        assertRefused(404, GateExchange.upgrade("*").under("/parley"));
        assertRefused(404, GateExchange.upgrade("*"));
    }

    @ServerEndpoint(value = "/rooms/{other}", configurator = HandshakeConfigurator.class)
    @Binds(Nothing.class)
    static final class Rival {}

    @Test
    void endpointsWithTheSamePathsCannotBeDeployedTogether() {
        List<Route> routes = new ArrayList<>(routes());
        routes.add(Route.to(Rival.class, Rival::new));

        assertThatThrownBy(() -> new Gate(routes, rules(() -> {})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Room.class.getName())
                .hasMessageContaining(Rival.class.getName());
    }

    @Test
    void refusalIsExplainedWhereTheOperatorSaysSo() {
        Gate open = new Gate(routes(), new Gate.Rules(new OriginRule(Set.of(), false), () -> {}, true));
        GateExchange exchange = GateExchange.upgrade("/items/a/ws?q=bar")
                .with("Cookie", "session=s")
                .through(open);

        assertThat(exchange.status()).isEqualTo(403);
        assertThat(exchange.body()).isEqualTo("query parameter q is not an integer of 32 bits\n");
        assertThat(exchange.answer()).containsEntry("Content-Type", "text/plain;charset=UTF-8");
        assertThat(GateExchange.upgrade("/items/a/ws?q=bar")
                        .with("Cookie", "session=s")
                        .through(gate)
                        .body())
                .isEmpty();
        assertThat(GateExchange.upgrade("/items/a/ws?q=1")
                        .with("Cookie", "session=bad")
                        .through(open)
                        .body())
                .isEqualTo("internal error\n");
    }

    /** As a container may that does not let an application see its headers. */
    @Test
    void noHeadersAtAllAreNoUpgrade() {
        assertThat(GateExchange.plain("/ws").withoutAnyHeaders().through(gate).hasPassed())
                .isTrue();
    }

    @Test
    void faultsThatAVisitorCanCauseDoNotFillTheLog() {
        try (RecordedLog log = RecordedLog.of(Gate.class.getName())) {
            for (int i = 0; i < 100; i++) {
                assertRefused(500, GateExchange.upgrade("/items/a/ws?q=1").with("Cookie", "session=bad"));
            }
            assertThat(log.lines()).hasSize(1);
        }
    }

    private void assertPasses(GateExchange exchange) {
        assertThat(exchange.through(gate).hasPassed()).isTrue();
    }

    private void assertRefused(int status, GateExchange exchange) {
        assertRefused(status, exchange, gate);
    }

    /** An empty answer, after which the connection closes. That nothing is written to it, the fake response sees to. */
    private static void assertRefused(int status, GateExchange exchange, Gate gate) {
        exchange.through(gate);
        assertThat(exchange.status()).isEqualTo(status);
        assertThat(exchange.hasPassed()).isFalse();
        assertThat(exchange.answer()).containsEntry("Connection", "close").containsEntry("Content-Length", "0");
        assertThat(exchange.answer().containsKey("Retry-After")).isEqualTo(status == 503);
    }

    private static Object unexpected(String method, Object[] arguments) {
        throw new AssertionError("unexpected call of " + method);
    }
}
