package dev.parley.it.shop;

import dev.parley.handshake.Binds;
import dev.parley.handshake.DefaultValue;
import dev.parley.handshake.Depends;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.HeaderParam;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.constraint.Max;
import dev.parley.handshake.constraint.Min;
import dev.parley.handshake.constraint.Size;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

@ServerEndpoint(value = "/items/{item_id}/ws", configurator = HandshakeConfigurator.class)
@Binds(ItemSocket.Visit.class)
public final class ItemSocket {
    record Visit(
            @PathParam("item_id") String itemId,
            @QueryParam Optional<Integer> q,
            @Depends(CookieOrToken.class) String credential,
            @Depends(StockSession.class) StockSession stock,
            @HeaderParam @DefaultValue("none") String x_token,
            Paging paging) {}

    record Paging(
            @QueryParam @Min(1) @Max(100) @DefaultValue("10")
            int limit,

            @QueryParam @Size(max = 3) List<String> tag) {}

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
    }

    @OnMessage
    public void say(Session session, String data) throws IOException {
        if (visit == null) {
            return;
        }
        session.getBasicRemote().sendText("Session cookie or query token value is: " + visit.credential());
        if (visit.q().isPresent()) {
            session.getBasicRemote()
                    .sendText("Query parameter q is: " + visit.q().get());
        }
        session.getBasicRemote().sendText("Message text was: " + data + ", for item ID: " + visit.itemId());
        session.getBasicRemote()
                .sendText("stock=" + visit.stock().stock().count(visit.itemId()) + " sessions="
                        + visit.stock().stock().sessions + " x_token=" + visit.x_token() + " " + visit.paging());
    }

    @OnClose
    public void close() {
        if (handshake != null) {
            handshake.end();
        }
    }
}
