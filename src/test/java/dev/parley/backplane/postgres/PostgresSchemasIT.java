package dev.parley.backplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several installations in one database, each in a schema of its own. */
@Tag("standalone") // no server is needed, so once is enough
@Timeout(60)
final class PostgresSchemasIT {
    private static final RoomId ROOM = new RoomId("lobby");
    private static PostgresServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.launch();
        server.sql("CREATE SCHEMA first; CREATE SCHEMA second");
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Test
    void noneHearsAnothersWordsAndEachHearsItsOwn() throws Exception {
        try (Backplane open = node("public");
                Backplane first = node("first");
                Backplane firstToo = node("first");
                Backplane second = node("second")) {
            Queue<String> heardByOpen = words(open);
            Queue<String> heardByFirst = words(firstToo);
            Queue<String> heardBySecond = words(second);
            open.presence().enter(ROOM, farewell("olga"));
            first.presence().enter(ROOM, farewell("felix"));
            FaultyNodes.until(() -> {
                open.control().send("open");
                first.control().send("first");
                second.control().send("second");
                return !heardByOpen.isEmpty() && !heardByFirst.isEmpty() && !heardBySecond.isEmpty();
            });
            FaultyNodes.until(() -> members(firstToo).equals(Map.of("felix", new Occupant(1, ""))));

            assertThat(members(open)).isEqualTo(Map.of("olga", new Occupant(1, "")));
            assertThat(members(second)).isEmpty();
            assertThat(heardByOpen).containsOnly("open");
            assertThat(heardByFirst).containsOnly("first");
            assertThat(heardBySecond).containsOnly("second");
        }
    }

    private static Backplane node(String schema) {
        return EngineBackplane.start(
                new PostgresEngine(server.address() + "?currentSchema=" + schema, 100),
                EngineBackplane.Timing.USUAL,
                "",
                new Budget(Long.MAX_VALUE),
                new Threads());
    }

    private static Queue<String> words(Backplane node) {
        Queue<String> words = new ConcurrentLinkedQueue<>();
        node.control().subscribe(words::add);
        return words;
    }

    private static Map<String, Occupant> members(Backplane node) throws Exception {
        return node.presence().members(ROOM).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static Draft farewell(String user) {
        return new Draft("left-" + user, new Draft.Author(user, user), Draft.Kind.LEFT, "");
    }
}
