package dev.parley.connection;

import dev.parley.node.Budget;
import dev.parley.protocol.CloseStatus;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a message costs on its way through an outbox: one by one, and when several wait for the write before them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OutboxBenchmark {
    private static final int WAITING = 16;

    private final Workers workers = new Workers();
    private final List<Outgoing> message = List.of(new Outgoing("Client #42 says: good morning to everybody in here"));
    private final HeldWire held = new HeldWire();
    private @Nullable Outbox idle;
    private @Nullable Outbox busy;

    /** Makes both outboxes. */
    @Setup
    public void open() {
        idle = outbox(new InstantWire(new java.util.concurrent.atomic.LongAdder()));
        busy = outbox(held);
    }

    /** A message to a peer that has everything it was sent. */
    @Benchmark
    public @Nullable Object idle() {
        return idle == null ? null : idle.offer(message);
    }

    /** A message that waits for the one in flight, and then leaves with those that wait beside it. */
    @Benchmark
    @OperationsPerInvocation(WAITING)
    public void waiting() {
        if (busy != null) {
            for (int i = 0; i < WAITING; i++) {
                busy.offer(message);
            }
            held.completeAll();
        }
    }

    /** Stops the threads. */
    @TearDown
    public void close() {
        workers.close();
    }

    private Outbox outbox(Wire wire) {
        return new Outbox(
                wire,
                new Indifferent(),
                new Outbox.Bounds(1_000, 1 << 20),
                workers,
                System::nanoTime,
                new Budget(Long.MAX_VALUE));
    }

    /** A wire that completes when it is told to. */
    private static final class HeldWire implements Wire {
        private @Nullable Completion completion;

        @Override
        public int batch() {
            return 128;
        }

        @Override
        public void send(List<Outgoing> messages, Completion then) {
            completion = then;
        }

        @Override
        public void ping(Completion then) {
            then.completed(null);
        }

        @Override
        public void close(CloseStatus code) {
            // nothing holds it
        }

        void completeAll() {
            for (Completion next = completion; next != null; next = completion) {
                completion = null;
                next.completed(null);
            }
        }
    }

    private static final class Indifferent implements Outbox.Owner {
        @Override
        public void broken(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void failed(Throwable fault) {
            throw new AssertionError(fault);
        }

        @Override
        public void pinged(long startedAt) {
            // nobody waits for the answer
        }

        @Override
        public void farewell(CloseStatus code) {
            // it never ends
        }
    }
}
