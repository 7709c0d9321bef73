package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.handshake.GateTest.Echo;
import dev.parley.handshake.GateTest.Item;
import dev.parley.handshake.GateTest.ItemVisit;
import dev.parley.handshake.GateTest.Lobby;
import dev.parley.handshake.GateTest.Nothing;
import dev.parley.handshake.GateTest.Room;
import dev.parley.handshake.GateTest.RoomVisit;
import dev.parley.node.Traces;
import dev.parley.node.Tracing;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How what the gate bound gets to the endpoint, and to nobody else. */
final class GateHandOverTest {
    private final Gate gate = new Gate(GateTest.routes(), GateTest.rules(() -> {}));

    @Test
    void whereTwoMatchTheOneWithALiteralWins() throws Exception {
        assertThat(taken("/rooms/lobby", Lobby.class)).contains(new Nothing());
        assertThat(taken("/rooms/news", Room.class)).contains(new RoomVisit("news"));
    }

    @Test
    void whatPassesCarriesWhatWasBound() throws Exception {
        List<Handshake> taken = new ArrayList<>();
        GateExchange.upgrade("/items/foo%20bar/ws?q=1&q=007")
                .with("Cookie", "x=1")
                .with("Cookie", "session=\"alice\"")
                .through(
                        gate, (request, response) -> gate.take(null, Item.class).ifPresent(taken::add));

        assertThat(taken)
                .extracting(Handshake::parameters)
                .containsExactly(new ItemVisit("foo bar", Optional.of(7), "alice"));
    }

    @Test
    void whatPassesCarriesWhatTheVisitorDoesIfThatIsTraced() throws Exception {
        try (Traces traces = Traces.begin()) {
            List<Handshake> taken = new ArrayList<>();
            for (String header : List.of(Traces.HEADER, "00-nonsense-01")) {
                GateExchange.upgrade("/ws")
                        .with("traceparent", header)
                        .through(
                                gate,
                                (request, response) ->
                                        gate.take(null, Echo.class).ifPresent(taken::add));
            }

            Tracing.Origin origin = taken.get(0).origin();
            origin.publish("lobby", 1).ended("m1", null);
            assertThat(traces.one("publish").getParentSpanId()).isEqualTo(Traces.PARENT);
            assertThat(taken.get(1).origin().linked()).isNull();
        }
    }

    @Test
    void handshakeIsTakenOnce() throws Exception {
        pass((request, response) -> {
            assertThat(gate.isDeciding()).isTrue();
            assertThat(gate.take(null, Echo.class)).isPresent();
            assertThat(gate.isDeciding()).isFalse();
            assertThat(gate.take(null, Echo.class)).isEmpty();
        });
    }

    @Test
    void handshakeIsTakenByTheEndpointThatItWasBoundForAndNoOther() throws Exception {
        pass((request, response) -> {
            assertThat(gate.take(null, Item.class)).isEmpty();
            assertThat(gate.take(null, Echo.class)).isEmpty();
        });
    }

    @Test
    void handshakeIsTheThreadsOwn() throws Exception {
        pass((request, response) -> {
            CompletableFuture<Boolean> elsewhere = CompletableFuture.supplyAsync(
                    () -> gate.isDeciding() || gate.take(null, Echo.class).isPresent());
            assertThat(elsewhere.join()).isFalse();
            assertThat(gate.take(null, Echo.class)).isPresent();
        });
    }

    @Test
    void nothingStaysOnTheThread() throws Exception {
        assertThat(gate.isDeciding()).isFalse();
        pass((request, response) -> assertThat(gate.isDeciding()).isTrue());
        assertThat(gate.isDeciding()).isFalse();
        assertThat(GateExchange.upgrade("/nope").through(gate).status()).isEqualTo(404);
        assertThat(gate.isDeciding()).isFalse();
    }

    @Test
    void nothingStaysOnTheThreadWhenTheChainThrows() {
        for (Throwable thrown : List.of(
                new IOException("x"),
                new ServletException("x"),
                new IllegalStateException("x"),
                new StackOverflowError("x"))) {
            assertThatThrownBy(() -> pass((request, response) -> sneak(thrown))).isSameAs(thrown);
            assertThat(gate.isDeciding()).isFalse();
        }
    }

    /** A refusal thrown further down is not the gate's to answer: the response may be under way. */
    @Test
    void whatTheChainThrowsIsNotAnsweredByTheGate() {
        GateExchange exchange = GateExchange.upgrade("/ws");

        assertThatThrownBy(() -> exchange.through(gate, (request, response) -> {
                    throw new HandshakeRefused(403, "not from here");
                }))
                .isInstanceOf(HandshakeRefused.class);
        assertThat(exchange.status()).isZero();
    }

    private void pass(FilterChain chain) throws IOException, ServletException {
        assertThat(GateExchange.upgrade("/ws").through(gate, chain).hasPassed()).isTrue();
    }

    private Optional<Record> taken(String target, Class<?> endpoint) throws Exception {
        List<Handshake> taken = new ArrayList<>();
        GateExchange.upgrade(target)
                .through(gate, (request, response) -> gate.take(null, endpoint).ifPresent(taken::add));
        return taken.stream().map(Handshake::parameters).findFirst();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
