package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The wire where the server gathers messages in a buffer and writes them at once: what waits together leaves in one system call.
 * The specification's way of saying "now" blocks, so it is said on a pool; a single message is sent without.
 */
final class BatchWire implements Wire {
    /** More would not fit into the server's buffer of 8 KB (Tomcat) or 4 KB (Jetty) anyway. */
    private static final int BATCH = 64;

    /** How long a socket may stand still once it is to be closed. */
    private static final long LINGER_MILLIS = 2_000;

    /** What cannot be sent makes the writing fail that comes after all messages. */
    private static final SendHandler TOLD_LATER = result -> {};

    private final Session session;
    private final RemoteEndpoint gatherer;
    private final Wire single;
    private final Batches batches;

    /**
     * Over the end of {@code session} that gathers: the one that blocks with Tomcat, where the other takes no message before the
     * one before it is gone; with Jetty the one that does not (JakartaWebSocketBasicRemote gathers nothing).
     */
    BatchWire(Session session, RemoteEndpoint gatherer, Wire single, Batches batches) {
        this.session = session;
        this.gatherer = gatherer;
        this.single = single;
        this.batches = batches;
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public void send(List<Outgoing> messages, Completion completion) {
        if (messages.size() == 1 || !batches.run(() -> write(messages), completion)) {
            single.send(messages, completion);
        }
    }

    private void write(List<Outgoing> messages) throws IOException {
        gatherer.setBatchingAllowed(true);
        for (Outgoing message : messages) {
            give(message);
        }
        gatherer.setBatchingAllowed(false); // which writes what was gathered
    }

    private void give(Outgoing message) throws IOException {
        ByteBuffer binary = message.binary();
        if (gatherer instanceof RemoteEndpoint.Async async) {
            if (binary == null) {
                async.sendText(message.text(), TOLD_LATER);
            } else {
                async.sendBinary(binary, TOLD_LATER);
            }
        } else if (gatherer instanceof RemoteEndpoint.Basic basic) {
            if (binary == null) {
                basic.sendText(message.text());
            } else {
                basic.sendBinary(binary);
            }
        }
    }

    @Override
    public void ping(Completion completion) {
        single.ping(completion);
    }

    @Override
    public void close(CloseStatus code) throws IOException {
        single.close(code);
        if (gatherer instanceof RemoteEndpoint.Async) {
            // Jetty has no send timeout for what it has gathered, and puts the close frame behind that: whoever has
            // stopped reading would keep the socket, and a thread of ours, until the idle timeout (FrameFlusher). Not
            // before the close frame, or whoever has been quiet for longer gets Jetty's.
            session.setMaxIdleTimeout(LINGER_MILLIS);
        }
    }
}
