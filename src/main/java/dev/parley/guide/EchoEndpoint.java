package dev.parley.guide;

import dev.parley.endpoint.Connection;
import dev.parley.endpoint.ParleyEndpoint;
import dev.parley.handshake.HandshakeConfigurator;
import jakarta.websocket.server.ServerEndpoint;

/**
 * Echo: every text message comes back, with a few words before it.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/">docs_src/websockets/tutorial001.py</a>
 */
@ServerEndpoint(value = "/ws", configurator = HandshakeConfigurator.class)
public final class EchoEndpoint extends ParleyEndpoint<EchoEndpoint.Visit> {
    /** What its handshake brings. */
    record Visit() {}

    @Override
    protected void message(Visit visit, Connection connection, String text) {
        connection.send("Message text was: " + text);
    }
}
