package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A wire on which everything has left at once; what remains is what Parley itself costs. Thread-safe. */
public final class InstantWire implements Wire {
    private static final int BATCH = 128;
    private static final Duration LONG = Duration.ofHours(1);

    private final LongAdder sent;

    InstantWire(LongAdder sent) {
        this.sent = sent;
    }

    /** A manager whose connections are never closed for being quiet. */
    public static ConnectionManager manager(Workers workers) {
        return new ConnectionManager(
                new ConnectionManager.Limits(Integer.MAX_VALUE, 1_000, 1 << 22, LONG, LONG),
                workers,
                null,
                new Budget(Long.MAX_VALUE),
                System::nanoTime);
    }

    /** A connection of this manager; what it has sent is added up in {@code sent}. */
    public static Connection connection(ConnectionManager manager, LongAdder sent) {
        return manager.accept(new InstantWire(sent));
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public void send(List<Outgoing> messages, Completion completion) {
        sent.add(messages.size());
        completion.completed(null);
    }

    @Override
    public void ping(Completion completion) {
        completion.completed(null);
    }

    @Override
    public void close(CloseStatus code) {
        // nothing holds it
    }
}
