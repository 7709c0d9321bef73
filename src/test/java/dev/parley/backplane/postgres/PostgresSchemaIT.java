package dev.parley.backplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tables of the revision before, and who makes the new ones. */
@Tag("standalone") // no server is needed, so once is enough
@Timeout(60)
final class PostgresSchemaIT {
    private static final RoomId ROOM = new RoomId("lobby");
    private static PostgresServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.launch();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void makeTablesOfTheRevisionBefore() throws Exception {
        server.makeTables(1);
    }

    /** A node of the version before goes by the version that it finds at each new connection, and by {@code parley_append}. */
    @Test
    void tablesAreAddedOnceWhileANodeOfTheVersionBeforeGoesOn() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger said = new AtomicInteger();
        try {
            server.sql("INSERT INTO parley_room (room) VALUES ('lobby')");
            Future<?> old = threads.submit(() -> {
                while (!isOver.get()) {
                    try (Connection connection = server.connect("parley");
                            Statement statement = connection.createStatement()) {
                        try (ResultSet version =
                                statement.executeQuery("SELECT coalesce(max(version), 0) FROM parley_schema")) {
                            version.next();
                            assertThat(version.getInt(1)).isEqualTo(1);
                        }
                        for (int i = 0; i < 10; i++) {
                            statement.execute(
                                    "SELECT epoch, seq, message FROM parley_append('f00', 'n', 10000, ARRAY['lobby'],"
                                            + " ARRAY['old-" + said.get() + "'::bytea], ARRAY['m" + said.get() + "'],"
                                            + " ARRAY['\\x010100000001780000000178000000017800000001"
                                            + "31'::bytea]) ORDER BY ord");
                            said.incrementAndGet();
                        }
                    }
                }
                return true;
            });
            FaultyNodes.until(() -> said.get() > 20);
            Future<Backplane> one = threads.submit(() -> node("parley"));
            Future<Backplane> other = threads.submit(() -> node("parley"));
            try (Backplane first = one.get();
                    Backplane second = other.get()) {
                first.takeIn(1_000);
                int before = said.get();
                FaultyNodes.until(() -> said.get() > before + 20);
                server.sql("SELECT parley_publish('lobby', '2')");
                FaultyNodes.until(() -> all(second).stream()
                        .anyMatch(entry -> entry.draft().text().equals("2")));
                isOver.set(true);
                old.get();

                assertThat(all(second)).hasSize(said.get() + 1);
                assertThat(server.sql("SELECT version, revision FROM parley_schema"))
                        .isEqualTo("1|" + Schema.REVISION);
            }
        } finally {
            isOver.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void aNodeThatMayNotAddTablesSaysWhichScriptsToRun() throws Exception {
        server.sql("GRANT USAGE ON SCHEMA public TO parley_node; GRANT SELECT ON parley_schema TO parley_node");

        assertThatThrownBy(() -> node("parley_node"))
                .isInstanceOf(BackplaneException.class)
                .hasMessage(
                        "the tables of Parley are of revision 1 and this user may not make them:"
                                + " their owner runs schema-2.sql, schema-3.sql, schema-4.sql, schema-5.sql and grants.sql, or lets the user create tables");
        assertThat(server.sql("SELECT to_regclass('parley_outbox') IS NULL")).isEqualTo("t");
    }

    @Test
    void aNodeThatMayMakeNoTablesAtAllSaysSo() throws Exception {
        for (String right : List.of("REVOKE USAGE", "GRANT USAGE")) {
            server.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public; " + right + " ON SCHEMA public "
                    + (right.startsWith("G") ? "TO" : "FROM") + " parley_node");

            assertThatThrownBy(() -> node("parley_node"))
                    .as(right)
                    .isInstanceOf(BackplaneException.class)
                    .hasMessage(
                            "the tables of Parley are missing and this user may not make them:"
                                    + " their owner runs schema-1.sql, schema-2.sql, schema-3.sql, schema-4.sql, schema-5.sql and grants.sql, or lets the user create tables");
        }
    }

    @Test
    void tablesOfANewerVersionAreRefusedAndALaterRevisionIsNot() throws Exception {
        server.makeTables(Schema.REVISION);
        server.sql("UPDATE parley_schema SET revision = " + (Schema.REVISION + 1));
        node("parley").close();
        server.sql("UPDATE parley_schema SET version = 2");

        assertThatThrownBy(() -> node("parley"))
                .isInstanceOf(BackplaneException.class)
                .hasMessage("the tables are of a newer Parley: version 2");
    }

    /** The application's search path knows nothing of it. */
    @Test
    void tablesMayBeInASchemaOfTheirOwn() throws Exception {
        server.sql("CREATE SCHEMA first; CREATE SCHEMA second");
        try (Backplane first = node("parley&currentSchema=first");
                Backplane second = node("parley&currentSchema=second")) {
            first.takeIn(1_000);
            second.takeIn(1_000);
            server.sql("SELECT first.parley_publish('lobby', '1'); SELECT second.parley_publish('lobby', '2')");
            FaultyNodes.until(() -> !all(first).isEmpty() && !all(second).isEmpty());

            assertThat(texts(first)).containsExactly("1");
            assertThat(texts(second)).containsExactly("2");
        }
    }

    private static Backplane node(String user) {
        String address = server.address().replace("parley@", "");
        return EngineBackplane.start(
                new PostgresEngine("jdbc:" + address + "?user=" + user, 10_000),
                EngineBackplane.Timing.USUAL,
                "",
                new Budget(Long.MAX_VALUE),
                new Threads());
    }

    private static List<Entry> all(Backplane node) throws Exception {
        return node.read(ROOM, Position.ORIGIN, 10_000, Long.MAX_VALUE)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .entries();
    }

    private static List<String> texts(Backplane node) throws Exception {
        return all(node).stream().map(Entry::draft).map(Draft::text).toList();
    }
}
