package dev.parley.library;

import dev.parley.Fake;
import dev.parley.Parley;
import dev.parley.api.Node;
import dev.parley.api.Users;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import jakarta.servlet.ServletContext;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** One node by itself that keeps ten messages of a room, and its application's view of it. For one thread. */
final class StartedParley implements AutoCloseable {
    final MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
    final Workers workers = new Workers();
    final Rooms rooms =
            new Rooms(backplane, workers, 10, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
    final Node node = new Node("one", backplane);
    final LocalParley parley = parley();

    private static LocalParley parley() {
        Map<String, Object> attributes = new HashMap<>();
        return LocalParley.of(Fake.of(ServletContext.class, (method, arguments) -> switch (method) {
            case "getAttribute" -> attributes.get((String) arguments[0]);
            case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
            default -> throw new AssertionError("unexpected call of " + method);
        }));
    }

    /** @param longest bytes of a message */
    Parley start(boolean inboxes, int longest) {
        parley.started(backplane, rooms, node.cluster, new Users(node.query, inboxes), longest);
        return parley;
    }

    static <T> T done(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        parley.close();
        node.close();
        workers.close();
        backplane.close();
    }
}
