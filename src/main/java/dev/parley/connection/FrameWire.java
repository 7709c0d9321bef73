package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    private final BiPredicate<ByteBuffer[], Consumer<@Nullable Throwable>> frames;

    FrameWire(Wire session, BiPredicate<ByteBuffer[], Consumer<@Nullable Throwable>> frames) {
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
        if (!frames.test(buffers, completion::completed)) {
            session.send(messages, completion);
        }
    }

    @Override
    public void ping(Completion completion) {
        if (!frames.test(new ByteBuffer[] {ByteBuffer.wrap(PING)}, completion::completed)) {
            session.ping(completion);
        }
    }

    @Override
    public void close(CloseStatus code) throws IOException {
        session.close(code);
    }
}
