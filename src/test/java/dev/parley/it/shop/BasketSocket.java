package dev.parley.it.shop;

import dev.parley.connection.ConnectionManager;
import dev.parley.endpoint.Inlet;
import dev.parley.handshake.Binds;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;

@ServerEndpoint(value = "/basket", configurator = HandshakeConfigurator.class)
@Binds(BasketSocket.Visit.class)
public final class BasketSocket {
    record Visit(@Depends(Customer.class) String customer) {}

    private final Inlet inlet;

    /** Never called, but Open Liberty wants it. */
    public BasketSocket() {
        throw new UnsupportedOperationException("made by its configurator");
    }

    BasketSocket(ConnectionManager connections) {
        inlet = new Inlet(connections, 1_000);
    }

    @OnOpen
    public void open(Session session) {
        inlet.open(
                session,
                Visit.class,
                (visit, connection) -> message -> connection.send("basket of " + visit.customer() + ": " + message));
    }

    @OnMessage
    public void text(String part, boolean last) {
        inlet.text(part, last);
    }

    @OnClose
    public void closed(CloseReason reason) {
        inlet.closed(reason);
    }
}
