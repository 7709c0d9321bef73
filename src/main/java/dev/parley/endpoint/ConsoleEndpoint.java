package dev.parley.endpoint;

import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.handshake.Binds;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.QueryParam;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** The console's socket: whoever has a ticket sees what the console shows. It takes no actions; those go over HTTP. */
@ServerEndpoint(value = "/admin/ws", configurator = HandshakeConfigurator.class)
@Binds(ConsoleEndpoint.Visit.class)
public final class ConsoleEndpoint {
    /** What its handshake brings. */
    record Visit(@QueryParam("ticket") String ticket) {
        /** Says nothing of the ticket. */
        @Override
        public String toString() {
            return "visit to the console";
        }
    }

    /** What is behind the socket. */
    @FunctionalInterface
    public interface Console {
        /** Begins to show; the answer is what to do with what the page says. A bad ticket closes the connection. */
        Consumer<String> open(String ticket, Connection connection);
    }

    private static final int MAX_MESSAGE_BYTES = 4_096;

    private final Inlet inlet;
    private final Console console;

    /** Never called: the configurator makes endpoints. Open Liberty deploys none without it (CWWKH0001E). */
    public ConsoleEndpoint() {
        throw new UnsupportedOperationException("made by its configurator");
    }

    public ConsoleEndpoint(ConnectionManager connections, Console console) {
        this.console = console;
        inlet = new Inlet(connections, MAX_MESSAGE_BYTES);
    }

    @OnOpen
    public void open(Session session) {
        inlet.open(session, Visit.class, (visit, connection) -> console.open(visit.ticket(), connection)::accept);
    }

    @OnMessage
    public void text(String part, boolean last) {
        inlet.text(part, last);
    }

    @OnMessage
    public void binary(ByteBuffer part, boolean last) {
        inlet.binary();
    }

    @OnMessage
    public void pong(PongMessage pong) {
        inlet.pong();
    }

    @OnError
    public void failed(Throwable failure) {
        inlet.failed(failure);
    }

    @OnClose
    public void closed(CloseReason reason) {
        inlet.closed(reason);
    }
}
