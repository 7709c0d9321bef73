package dev.parley.it.shop;

import dev.parley.endpoint.Connection;
import dev.parley.endpoint.ParleyEndpoint;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import jakarta.inject.Inject;
import jakarta.websocket.server.ServerEndpoint;

@ServerEndpoint(value = "/basket", configurator = HandshakeConfigurator.class)
public class BasketSocket extends ParleyEndpoint<BasketSocket.Visit> {
    public record Visit(@Depends(Customer.class) String customer) {}

    @Inject
    private Till till; // none on a server without CDI

    @Override
    protected void message(Visit visit, Connection connection, String text) {
        if (text.equals("till?")) {
            connection.send(Till.counted(till) + " of " + Till.known());
            return;
        }
        connection.send("basket of " + visit.customer() + ": " + text);
    }
}
