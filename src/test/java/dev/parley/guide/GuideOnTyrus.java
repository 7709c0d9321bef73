package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies;
import dev.parley.endpoint.Seats;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.ScriptedGate;
import dev.parley.node.Budget;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import dev.parley.session.Routes;
import jakarta.websocket.Extension;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The guide's three endpoints in the Tyrus container, wired as the application does, with a gate that the test scripts. */
final class GuideOnTyrus implements AutoCloseable {
    static final int MAX_MESSAGE_BYTES = 64;

    private final Workers workers = new Workers();
    private final ConnectionManager connections = new ConnectionManager(
            new ConnectionManager.Limits(100, 1_000, 1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(20)),
            workers,
            null,
            new Budget(Long.MAX_VALUE),
            System::nanoTime);
    private final MemoryBackplane backplane = new MemoryBackplane(100, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
    private final Rooms rooms =
            new Rooms(backplane, workers, 1_000, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    private final Policies policies = Policies.of(List.of(), null, Duration.ZERO, Thread::new, workers);
    private final Routes routes = new Routes(connections, true, Routes.Injection.NONE);
    private final ScriptedGate gate = ScriptedGate.install(Guide.ENDPOINTS.stream()
            .map(type -> routes.to(
                    type,
                    Dependencies.none().with(Rooms.class, rooms).with(Policies.class, policies),
                    MAX_MESSAGE_BYTES))
            .toList());
    private final TyrusOnLoopback tyrus;
    private final Deque<Peer> peers = new ArrayDeque<>();
    private final List<Peer> members = new ArrayList<>();

    GuideOnTyrus() throws Exception {
        tyrus = TyrusOnLoopback.serving(EchoEndpoint.class, ItemEndpoint.class, ChatEndpoint.class);
    }

    Peer echo() throws Exception {
        gate.admit(EchoEndpoint.class, new EchoEndpoint.Visit());
        return connect("/ws");
    }

    Peer echoOffering(String subprotocol, Extension extension) throws Exception {
        gate.admit(EchoEndpoint.class, new EchoEndpoint.Visit());
        return kept(Peer.offering(tyrus.at("/ws"), subprotocol, extension));
    }

    Peer item(String itemId, @Nullable String q, String credential) throws Exception {
        Optional<BigInteger> number = Optional.ofNullable(q).map(BigInteger::new);
        gate.admit(ItemEndpoint.class, new ItemEndpoint.Visit(itemId, number, credential));
        // What the path says does not matter: only what the gate bound does.
        return connect("/items/other/ws?q=8&token=other");
    }

    /**
     * Joins, says {@code here}, and waits until every member has read it: a client knows that its handshake was accepted before
     * the server has opened the session, so what is said next might else come before it has joined.
     */
    Peer chat(String clientId) throws Exception {
        Peer joining = chatUnheard(clientId).says("here");
        for (Peer member : members) {
            assertThat(member.hears()).isEqualTo("Client #" + clientId + " says: here");
        }
        members.add(joining);
        assertThat(joining.hears(2)).containsExactly("You wrote: here", "Client #" + clientId + " says: here");
        return joining;
    }

    /** Joins without a word, now or in a moment. */
    Peer chatUnheard(String clientId) throws Exception {
        gate.admit(
                ChatEndpoint.class,
                new ChatEndpoint.Visit(
                        new BigInteger(clientId), Seats.of(rooms, policies).seat("lobby")));
        return connect("/ws/0");
    }

    /** A session that opens although the gate bound nothing for it, and says something at once. */
    Peer pastTheGate(String path, String text) throws Exception {
        gate.misdirect();
        return kept(Peer.blurting(tyrus.at(path), text));
    }

    /** A handshake that the gate knows nothing of. */
    Peer aroundTheGate(String path) throws Exception {
        return connect(path);
    }

    int connections() {
        return connections.count();
    }

    private Peer connect(String path) throws Exception {
        return kept(Peer.connect(tyrus.at(path)));
    }

    private Peer kept(Peer peer) {
        peers.push(peer);
        return peer;
    }

    @Override
    public void close() throws IOException {
        for (Peer peer : peers) {
            peer.close();
        }
        connections.drain(Duration.ofSeconds(2));
        tyrus.close();
        gate.close();
        backplane.close();
        workers.close();
    }
}
