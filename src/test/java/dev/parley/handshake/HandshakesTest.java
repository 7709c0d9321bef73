package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.server.ServerEndpoint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a handshake holds is let go of, whatever becomes of the handshake. */
final class HandshakesTest {
    record Visit() {}

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-06-01T12:00:00Z"));
    private final InstantSource source = now::get;
    private final Clock time = source.withZone(ZoneOffset.UTC);
    private final Handshakes handshakes = new Handshakes(clock::get, time, Duration.ofSeconds(10));
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        handshakes.close();
    }

    @Test
    void endedOneLetsGoOnceAndOnAThreadThatMayBlock() throws Exception {
        Handshake handshake = holding("a");
        handshake.open(Visit.class);
        handshake.end();
        handshake.end();

        assertThat(next()).isEqualTo("a on parley-cleanup-1");
        handshakes.close();
        assertThat(closed).isEmpty();
    }

    @Test
    void endedOneOpensNoSession() {
        Handshake handshake = holding("a");
        handshake.end();

        assertThat(handshake.open(Visit.class)).isEmpty();
    }

    @Test
    void brokenOffOneLetsGoAfterAWhile() throws Exception {
        Handshake opened = holding("opened");
        handshakes.handedOver(opened);
        handshakes.handedOver(holding("broken off"));
        opened.open(Visit.class);

        pass(Duration.ofSeconds(29));
        assertThat(closed).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(next()).startsWith("broken off");
        pass(Duration.ofSeconds(100));
        handshakes.close();
        assertThat(closed).isEmpty(); // the session that was opened is still there
    }

    @Test
    void eachHandshakeLooksForBrokenOffOnes() throws Exception {
        handshakes.handedOver(holding("first"));
        clock.addAndGet(Duration.ofSeconds(31).toNanos());
        handshakes.handedOver(holding("second"));

        assertThat(next()).startsWith("first");
    }

    @Test
    void atTheEndNothingIsLeftOpen() throws Exception {
        Handshake opened = holding("opened");
        opened.open(Visit.class);
        handshakes.handedOver(holding("broken off"));
        handshakes.close();
        assertThat(next()).startsWith("broken off");

        opened.end(); // as sessions end that the container closes after the filters
        assertThat(next()).isEqualTo("opened on " + Thread.currentThread().getName());
    }

    @ServerEndpoint(value = "/a", configurator = HandshakeConfigurator.class)
    @Binds(Holding.class)
    static final class Here {}

    @ServerEndpoint(value = "/b", configurator = HandshakeConfigurator.class)
    @Binds(Visit.class)
    static final class There {}

    record Holding(@Depends(Resource.class) Resource resource) {}

    record Resource(HandshakesTest test) implements AutoCloseable {
        @Override
        public void close() {
            test.closed.add("resource");
        }
    }

    private final Gate gate = new Gate(
            List.of(
                    Route.to(Here.class, Here::new, Dependencies.none().with(HandshakesTest.class, this)),
                    Route.to(There.class, There::new)),
            GateTest.rules(() -> {}));

    @Test
    void whatTheContainerDoesNotWantIsLetGoOf() throws Exception {
        assertThat(GateExchange.upgrade("/a").through(gate).hasPassed()).isTrue();

        assertThat(next()).isEqualTo("resource");
    }

    @Test
    void whatTheContainerGivesToAnotherEndpointIsLetGoOf() throws Exception {
        GateExchange.upgrade("/a")
                .through(
                        gate,
                        (request, response) ->
                                assertThat(gate.take(null, There.class)).isEmpty());

        assertThat(next()).isEqualTo("resource");
    }

    @Test
    void whatTheContainerTookIsKeptUntilItsSessionEnds() throws Exception {
        GateExchange.upgrade("/a").through(gate, (request, response) -> {
            Handshake taken = gate.take(null, Here.class).orElseThrow();
            assertThat(taken.open(Holding.class)).isPresent();
        });
        gate.sweep();
        gate.destroy();

        assertThat(closed).isEmpty();
    }

    private Credential until(int seconds) {
        return new Credential("alice", Set.of(), Map.of(), Optional.of(now.get().plusSeconds(seconds)));
    }

    private void passSeconds(int seconds) {
        now.updateAndGet(before -> before.plusSeconds(seconds));
        handshakes.sweep();
    }

    @Test
    void credentialThatEndsRevokesTheConnectionAfterTheGrace() {
        Handshake handshake = holding("a");
        handshakes.handedOver(handshake);
        handshake.open(Visit.class);
        List<String> told = new ArrayList<>();
        handshake.onRevoked(() -> told.add("revoked"));
        assertThat(handshake.renew(until(60))).isTrue();

        passSeconds(69);
        assertThat(told).isEmpty();
        passSeconds(1);
        passSeconds(1);
        assertThat(told).containsExactly("revoked");
    }

    @Test
    void renewedCredentialLastsLongerAndIsTheSameUsers() {
        Handshake handshake = holding("a");
        handshakes.handedOver(handshake);
        handshake.open(Visit.class);
        List<String> told = new ArrayList<>();
        handshake.onRevoked(() -> told.add("revoked"));
        handshake.renew(until(60));

        passSeconds(65); // it has ended, but the grace has not
        assertThat(handshake.renew(Credential.of("mallory"))).isFalse();
        assertThat(handshake.renew(until(60))).isTrue();
        passSeconds(60);
        assertThat(told).isEmpty();
        assertThat(handshake.renew(Credential.of("alice"))).isTrue();
        passSeconds(1_000_000);
        assertThat(told).isEmpty();
    }

    @Test
    void revokedBeforeItOpensItDoesNotOpenAndAfterwardsItIsToldAtOnce() {
        Handshake early = holding("early");
        early.revoke();
        assertThat(early.open(Visit.class)).isEmpty();

        Handshake late = holding("late");
        late.open(Visit.class);
        late.revoke();
        List<String> told = new ArrayList<>();
        late.onRevoked(() -> told.add("revoked"));
        assertThat(told).containsExactly("revoked");
    }

    @Test
    void listenerThatThrowsKeepsNobodyElseFromExpiringNorFromClosing() throws Exception {
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Handshake handshake = holding("a" + i);
            handshakes.handedOver(handshake);
            handshake.open(Visit.class);
            int number = i;
            handshake.onRevoked(() -> {
                told.add("revoked");
                throw number % 2 == 0 ? new StackOverflowError("a library user's") : new OutOfMemoryError("as if");
            });
            handshake.renew(until(60));
        }
        passSeconds(71);
        assertThat(told).hasSize(5);

        told.clear();
        Handshake last = holding("last");
        last.onEnded(() -> {
            throw new NoClassDefFoundError("at the end");
        });
        last.onEnded(() -> told.add("ended"));
        last.end();
        assertThat(told).containsExactly("ended");
        assertThat(next()).startsWith("last");
    }

    @Test
    void whatThrowsWhenClosedKeepsNothingElseOpen() throws Exception {
        Cleanup cleanup = new Cleanup();
        cleanup.add(() -> closed.add("first"));
        cleanup.add(() -> {
            throw new NoClassDefFoundError("when closed");
        });
        Handshake handshake = new Handshake(
                HandshakesTest.class, new Binder.Bound(new Visit(), Optional.empty(), cleanup), handshakes.closing());
        handshake.end();

        assertThat(next()).isEqualTo("first");
    }

    @Test
    void whatIsOpenIsClosedEvenWithoutAThreadForIt() {
        Cleanup cleanup = new Cleanup();
        cleanup.add(() -> closed.add("first"));
        new Handshake(HandshakesTest.class, new Binder.Bound(new Visit(), Optional.empty(), cleanup), task -> {
                    throw new OutOfMemoryError("unable to create native thread");
                })
                .end();

        assertThat(closed).containsExactly("first");
    }

    record Membership(
            @Depends(Resource.class) Resource resource,
            @Depends(Login.class) String who) {}

    record Login(Visitor visitor) implements Dependency<String> {
        @Override
        public String value() {
            return visitor.session().map(any -> "somebody").orElse("nobody");
        }
    }

    @ServerEndpoint(value = "/a", configurator = HandshakeConfigurator.class)
    @Binds(Membership.class)
    static final class Members {}

    @Test
    void whatWasBoundIsLetGoOfWhenTheServerFailsAfterwards() throws Exception {
        Gate members = new Gate(
                List.of(Route.to(
                        Members.class, Members::new, Dependencies.none().with(HandshakesTest.class, this))),
                GateTest.rules(() -> {}));
        AtomicLong asked = new AtomicLong();
        GateExchange exchange = GateExchange.upgrade("/a")
                .loggedIn(() -> {
                    if (asked.incrementAndGet() > 1) {
                        throw new IllegalStateException("the session store is away");
                    }
                    return null;
                })
                .through(members);

        assertThat(exchange.status()).isEqualTo(500);
        assertThat(next()).isEqualTo("resource");
    }

    private Handshake holding(String name) {
        Cleanup cleanup = new Cleanup();
        cleanup.add(() -> closed.add(name + " on " + Thread.currentThread().getName()));
        return new Handshake(
                HandshakesTest.class, new Binder.Bound(new Visit(), Optional.empty(), cleanup), handshakes.closing());
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
        handshakes.sweep();
    }

    private String next() throws InterruptedException {
        return closed.poll(10, TimeUnit.SECONDS);
    }
}
