package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.InstantWire;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a room costs without servers and sockets: a message to all members, and one who comes and goes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RoomBenchmark {
    private static final RoomId LOBBY = new RoomId("lobby");
    private static final int HISTORY = 1_000;

    /** How many members the room has. */
    @Param({"10", "1000"})
    public int members;

    private final Workers workers = new Workers();
    private final ConnectionManager connections = InstantWire.manager(workers);
    private final MemoryBackplane backplane =
            new MemoryBackplane(HISTORY, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Rooms rooms =
            new Rooms(backplane, workers, HISTORY, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    private final Room snapshot = new Room(new RoomId("snapshot"), rooms, backplane, workers, HISTORY, Overflow.CLOSE);
    private final LongAdder sent = new LongAdder();
    private final List<TextMember> present = new ArrayList<>();

    /** Fills the room, and the one whose members only come and go. */
    @Setup
    public void fill() {
        for (int i = 0; i < members; i++) {
            Connection connection = InstantWire.connection(connections, sent);
            present.add(rooms.join(LOBBY, connection, Integer.toString(i), Lines.LINES, () -> true));
            snapshot.add(new TextMember(snapshot, connection, Integer.toString(i), Lines.LINES, () -> true));
        }
    }

    /** Said, stored, rendered, and on everybody's wire. */
    @Benchmark
    public long say() {
        long before = sent.sum();
        present.get(0).say("good morning to everybody in here");
        long expected = before + members + 1;
        while (sent.sum() < expected) {
            Thread.onSpinWait();
        }
        return expected;
    }

    /** The two snapshots that a member costs. */
    @Benchmark
    public boolean comeAndGo() {
        TextMember visitor = new TextMember(snapshot, present.get(0).connection(), "visitor", Lines.LINES, () -> true);
        snapshot.add(visitor);
        return snapshot.removedLast(visitor);
    }

    /** Stops the threads. */
    @TearDown
    public void close() {
        workers.close();
    }

    /** Lines like those of the guide's chat. */
    private enum Lines implements Window {
        LINES;

        @Override
        public String render(Entry entry) {
            return "Client #" + entry.draft().author().user() + " says: "
                    + entry.draft().text();
        }

        @Override
        public String acknowledge(Draft own) {
            return "You wrote: " + own.text();
        }
    }
}
