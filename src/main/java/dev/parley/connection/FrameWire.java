package dev.parley.connection;

import dev.parley.connection.frames.FrameWriter;
import dev.parley.protocol.CloseStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The wire where the server lets us write frames ourselves: a message is encoded once for all who get it, and all that waits
 * for a peer leaves in one system call. While the server itself is writing to the session (it answers pings and closes), the
 * session's own wire is used.
 */
final class FrameWire implements Wire {
    /** As many buffers as Linux takes in one call are 1024; fewer keep a slow peer's turn short. */
    private static final int BATCH = 128;

    private static final byte[] PING = {(byte) 0x89, 0};

    private final Wire session;
    private final FrameWriter frames;

    FrameWire(Wire session, FrameWriter frames) {
        this.session = session;
        this.frames = frames;
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public void send(List<Outgoing> messages, Completion completion) {
        ByteBuffer[] buffers = new ByteBuffer[messages.size()];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = messages.get(i).frame();
        }
        if (!frames.write(buffers, completion::completed)) {
            session.send(messages, completion);
        }
    }

    @Override
    public void ping(Completion completion) {
        if (!frames.write(new ByteBuffer[] {ByteBuffer.wrap(PING)}, completion::completed)) {
            session.ping(completion);
        }
    }

    @Override
    public void close(CloseStatus code) throws IOException {
        Runnable after = frames.closing();
        try {
            session.close(code);
        } finally {
            after.run();
        }
    }
}
