package dev.parley.it.shop;

import dev.parley.endpoint.Connection;
import dev.parley.endpoint.ParleyEndpoint;
import dev.parley.handshake.DefaultValue;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.HeaderParam;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.constraint.Max;
import dev.parley.handshake.constraint.Min;
import dev.parley.handshake.constraint.Size;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.List;
import java.util.Optional;

@ServerEndpoint(value = "/items/{item_id}/ws", configurator = HandshakeConfigurator.class)
public class ItemSocket extends ParleyEndpoint<ItemSocket.Visit> {
    public record Visit(
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

    @Override
    protected void message(Visit visit, Connection connection, String text) {
        connection.send("Session cookie or query token value is: " + visit.credential());
        visit.q().ifPresent(q -> connection.send("Query parameter q is: " + q));
        connection.send("Message text was: " + text + ", for item ID: " + visit.itemId());
        connection.send("stock=" + visit.stock().stock().count(visit.itemId()) + " sessions="
                + visit.stock().stock().sessions + " x_token=" + visit.x_token() + " " + visit.paging());
    }
}
