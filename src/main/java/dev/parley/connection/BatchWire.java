package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The wire where the server gathers messages in a buffer and writes them at once: what waits together leaves in one system call.
 * The specification's way of saying "now" blocks, so it is said on a pool; a single message is sent without.
 */
final class BatchWire implements Wire {
    /** More would not fit into the server's buffer of 8 KB anyway. */
    private static final int BATCH = 64;

    private final Session session;
    private final Wire single;
    private final Batches batches;

    BatchWire(Session session, Wire single, Batches batches) {
        this.session = session;
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
        RemoteEndpoint.Basic remote = session.getBasicRemote();
        remote.setBatchingAllowed(true);
        for (Outgoing message : messages) {
            ByteBuffer binary = message.binary();
            if (binary == null) {
                remote.sendText(message.text());
            } else {
                remote.sendBinary(binary);
            }
        }
        remote.setBatchingAllowed(false); // which writes what was gathered
    }

    @Override
    public void ping(Completion completion) {
        single.ping(completion);
    }

    @Override
    public void close(CloseStatus code) throws IOException {
        single.close(code);
    }
}
