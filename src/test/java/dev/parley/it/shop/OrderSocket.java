package dev.parley.it.shop;

import dev.parley.handshake.Binds;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Depends;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.JsonMessage;
import dev.parley.handshake.JsonMessage.Reading;
import dev.parley.handshake.constraint.NotBlank;
import dev.parley.handshake.constraint.Positive;
import dev.parley.handshake.security.CurrentUser;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

@ServerEndpoint(value = "/orders", configurator = HandshakeConfigurator.class, subprotocols = "orders.v1")
@Binds(OrderSocket.Visit.class)
public final class OrderSocket {
    record Visit(
            @Depends(value = CurrentUser.class, scopes = "orders")
            Credential user) {}

    record Order(@NotBlank String item, @Positive int count, Optional<String> note, List<String> tags) {}

    record Confirmation(String user, Order order) {}

    record Complaint(String error) {}

    private static final JsonMessage<Order> ORDERS = new JsonMessage<>(Order.class);

    private Handshake handshake;
    private Visit visit;

    @OnOpen
    public void open(Session session) throws IOException {
        Optional<Handshake> decided = Handshake.of(session);
        Optional<Visit> bound = decided.flatMap(known -> known.open(Visit.class));
        if (bound.isEmpty()) {
            session.close();
            return;
        }
        handshake = decided.get();
        visit = bound.get();
        handshake.onRevoked(() -> close(session, 4002, "credential expired"));
    }

    @OnMessage
    public String order(String data) {
        if (visit == null) {
            return null;
        }
        Reading<Order> reading = ORDERS.read(data);
        if (reading instanceof Reading.Message<Order> message) {
            return JsonMessage.write(new Confirmation(visit.user().user(), message.value()));
        }
        return JsonMessage.write(new Complaint(((Reading.Problem<Order>) reading).why()));
    }

    @OnClose
    public void close() {
        if (handshake != null) {
            handshake.end();
        }
    }

    private static void close(Session session, int code, String reason) {
        try {
            session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code), reason));
        } catch (IOException | IllegalStateException closedAlready) {
            // which is what we wanted
        }
    }
}
