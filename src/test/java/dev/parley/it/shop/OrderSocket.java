package dev.parley.it.shop;

import dev.parley.endpoint.Connection;
import dev.parley.endpoint.ParleyEndpoint;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.JsonMessage;
import dev.parley.handshake.JsonMessage.Reading;
import dev.parley.handshake.constraint.NotBlank;
import dev.parley.handshake.constraint.Positive;
import dev.parley.handshake.security.CurrentUser;
import jakarta.websocket.server.ServerEndpoint;
import java.util.List;
import java.util.Optional;

@ServerEndpoint(value = "/orders", configurator = HandshakeConfigurator.class, subprotocols = "orders.v1")
public class OrderSocket extends ParleyEndpoint<OrderSocket.Visit> {
    public record Visit(
            @Depends(value = CurrentUser.class, scopes = "orders")
            Credential user) {}

    record Order(@NotBlank String item, @Positive int count, Optional<String> note, List<String> tags) {}

    record Confirmation(String user, Order order) {}

    record Complaint(String error) {}

    private static final JsonMessage<Order> ORDERS = new JsonMessage<>(Order.class);

    @Override
    protected void message(Visit visit, Connection connection, String text) {
        Reading<Order> reading = ORDERS.read(text);
        if (reading instanceof Reading.Message<Order> message) {
            connection.send(JsonMessage.write(new Confirmation(visit.user().user(), message.value())));
        } else {
            connection.send(JsonMessage.write(new Complaint(((Reading.Problem<Order>) reading).why())));
        }
    }
}
