package dev.parley.bench.baseline;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** The guide's echo for any Jakarta container. */
@ServerEndpoint("/ws")
public final class Echo {
    @OnMessage
    public String message(String text) {
        return "Message text was: " + text;
    }
}
