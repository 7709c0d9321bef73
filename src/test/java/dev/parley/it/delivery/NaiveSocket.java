package dev.parley.it.delivery;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** What the application had before. */
@ServerEndpoint("/naive/{name}")
public final class NaiveSocket {
    @OnMessage
    public String text(String data) {
        return "naive: " + data;
    }
}
