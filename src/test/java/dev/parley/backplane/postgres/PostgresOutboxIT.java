package dev.parley.backplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.TwoNodes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an application publishes within its own transaction. Nodes and application have no more rights than they need. */
@Tag("standalone") // no server is needed, so once is enough
final class PostgresOutboxIT extends TwoNodes {
    private static final int MAX_BYTES = 1_000;
    private static final int ENTRIES = 100_000;
    private static PostgresServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.launch();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Override
    protected Nodes start(int entriesPerRoom) throws Exception {
        Nodes nodes = server.twoNodes(ENTRIES, "a secret");
        nodes.one().takeIn(MAX_BYTES);
        nodes.other().takeIn(MAX_BYTES);
        return nodes;
    }

    @Test
    void whatIsCommittedIsToldOnEveryNodeInARoomThatWasNeverUsed() throws Exception {
        Queue<Entry> toldHere = follow(here, room);
        Queue<Entry> toldThere = follow(there, room);
        try (Connection shop = transaction()) {
            publish(shop, room, "{\"status\": \"shipped\"}", null);
            assertThat(server.sql("SELECT count(*) FROM parley_room")).isEqualTo("0");
            shop.commit();
        }

        FaultyNodes.until(() -> !toldHere.isEmpty() && !toldThere.isEmpty());
        Draft draft = toldHere.element().draft();
        assertThat(draft.text()).isEqualTo("{\"status\": \"shipped\"}");
        assertThat(draft.kind()).isEqualTo(Draft.Kind.JSON);
        assertThat(draft.author()).isEqualTo(new Draft.Author("system", "database"));
        assertThat(toldHere.element().position().seq()).isEqualTo(1);
        assertThat(List.copyOf(toldThere)).isEqualTo(List.copyOf(toldHere));
        FaultyNodes.until(() -> server.sql("SELECT count(*) FROM parley_outbox").equals("0"));
    }

    @Test
    void whatIsRolledBackIsNeverSeen() throws Exception {
        try (Connection shop = transaction()) {
            publish(shop, room, "1", null);
            shop.rollback();
            publish(shop, room, "2", null);
            shop.commit();
        }

        assertThat(texts(room, 1)).containsExactly("2");
    }

    @Test
    void aRowMayBeInsertedAsWell() throws Exception {
        try (Connection shop = transaction();
                Statement statement = shop.createStatement()) {
            statement.executeUpdate(
                    "INSERT INTO parley_outbox (room, data) VALUES ('" + room + "', '1'), ('" + room + "', '2')");
            shop.commit();
        }

        assertThat(texts(room, 2)).containsExactly("1", "2");
    }

    @Test
    void everythingIsThereOnceAndInItsTransactionsOrderWhoeverCommitsFirst() throws Exception {
        List<RoomId> rooms =
                IntStream.range(0, 5).mapToObj(i -> new RoomId(room + "-" + i)).toList();
        int threadCount = 6;
        int transactions = 40;
        int messages = 25;
        List<Future<?>> shops = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            int thread = i;
            shops.add(threads.submit(() -> {
                try (Connection shop = transaction()) {
                    for (int t = 0; t < transactions; t++) {
                        for (int m = 0; m < messages; m++) {
                            publish(
                                    shop,
                                    rooms.get((thread + m) % 5),
                                    Integer.toString(thread * 100_000 + t * 100 + m),
                                    null);
                        }
                        if (t % 10 == 9) {
                            shop.rollback();
                        } else {
                            shop.commit();
                        }
                    }
                }
                return true;
            }));
        }
        for (Future<?> shop : shops) {
            shop.get();
        }

        int each = threadCount * transactions * 9 / 10 * messages / rooms.size();
        for (RoomId one : rooms) {
            List<Integer> said = texts(one, each).stream().map(Integer::valueOf).toList();
            for (int i = 0; i < threadCount; i++) {
                int thread = i;
                List<Integer> ofThread = said.stream()
                        .filter(number -> number / 100_000 == thread)
                        .toList();
                assertThat(ofThread)
                        .hasSize(each / threadCount)
                        .doesNotHaveDuplicates()
                        .isSorted();
            }
        }
    }

    @Test
    void aKeyIsStoredOnceInARoomAndIsNobodyElses() throws Exception {
        Draft operators = new Draft(
                Draft.key(Draft.Origin.LOGIN, "system", "shipped-42"),
                new Draft.Author("system", "http"),
                Draft.Kind.JSON,
                "0");
        result(here.append(room, operators));
        RoomId second = new RoomId(room + "-2");
        try (Connection shop = transaction()) {
            publish(shop, room, "1", "shipped-42");
            publish(shop, room, "2", "shipped-42");
            publish(shop, room, "3", "shipped-43");
            publish(shop, second, "4", "shipped-42");
            shop.commit();
            publish(shop, room, "5", "shipped-42");
            publish(shop, room, "6", null);
            publish(shop, room, "6", null);
            shop.commit();
        }

        assertThat(texts(room, 5)).containsExactly("0", "1", "3", "6", "6");
        assertThat(texts(second, 1)).containsExactly("4");
    }

    @Test
    void whatCommitsLateIsNotPassedOverAlthoughItsIdIsLower() throws Exception {
        try (Connection late = transaction();
                Connection early = transaction()) {
            publish(late, room, "1", null);
            publish(early, room, "2", null);
            early.commit();
            assertThat(texts(room, 1)).containsExactly("2");
            publish(early, room, "3", null);
            early.commit();
            assertThat(texts(room, 2)).containsExactly("2", "3");
            publish(late, room, "4", null);
            late.commit();
        }

        assertThat(texts(room, 4)).containsExactly("2", "3", "1", "4");
    }

    @Test
    void aTransactionThatStaysOpenDelaysNobody() throws Exception {
        try (Connection open = transaction();
                Connection shop = transaction()) {
            publish(open, room, "1", null);
            publish(open, room, "2", null);

            result(here.append(room, said("3")));
            result(there.append(new RoomId(room + "-2"), said("4")));
            publish(shop, room, "5", null);
            shop.commit();
            assertThat(texts(room, 2)).containsExactly("3", "5");
            assertThat(server.sql("SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                            + " WHERE c.relname IN ('parley_room', 'parley_entry')"
                            + " AND l.pid IN (SELECT pid FROM pg_stat_activity WHERE usename = 'shop')"))
                    .isEqualTo("0");
            open.commit();
        }

        assertThat(texts(room, 4)).containsExactly("3", "5", "1", "2");
    }

    @Test
    void whatIsRefusedIsPutAsideWithTheReasonAndBlocksNobody() throws Exception {
        try (Connection shop = transaction();
                Statement statement = shop.createStatement()) {
            statement.execute("SELECT parley_publish('Not A Room', '1'), parley_publish(repeat('x', 1000000), '1'),"
                    + " parley_publish('" + room + "', '1', 'with space'),"
                    + " parley_publish('" + room + "', to_jsonb(repeat('x', 999))),"
                    + " parley_publish('" + room + "', (repeat('[', 33) || repeat(']', 33))::jsonb),"
                    + " parley_publish('" + room + "', '1e200'),"
                    + " parley_publish('" + room + "', to_jsonb(repeat('x', 998)))");
            shop.commit();
        }

        assertThat(texts(room, 1)).containsExactly('"' + "x".repeat(998) + '"');
        assertThat(server.sql("SELECT why FROM parley_refused ORDER BY id").lines())
                .containsExactly(
                        "not a room's name",
                        "not a room's name",
                        "a key is 1 to 100 visible characters of ASCII",
                        "longer than 1000 bytes",
                        "nested too deep, or a name or number in it is too long",
                        "nested too deep, or a name or number in it is too long");
        assertThat(server.sql("SELECT count(*) FROM parley_outbox")).isEqualTo("0");
        assertThat(here.health().refusals() + there.health().refusals()).isEqualTo(6);
    }

    /** Many commits wake both nodes while they are at it. */
    @Test
    void whatIsRefusedIsCountedOnce() throws Exception {
        List<Future<?>> shops = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            shops.add(threads.submit(() -> {
                try (Connection shop = transaction()) {
                    for (int t = 0; t < 25; t++) {
                        publish(shop, room, "1", "with space");
                        shop.commit();
                    }
                }
                return true;
            }));
        }
        for (Future<?> shop : shops) {
            shop.get();
        }
        FaultyNodes.until(
                () -> server.sql("SELECT count(*) FROM parley_refused").equals("200"));
        FaultyNodes.until(() -> here.health().refusals() + there.health().refusals() >= 200);
        try (Connection shop = transaction()) {
            publish(shop, room, "2", null);
            shop.commit();
        }

        assertThat(texts(room, 1)).containsExactly("2");
        assertThat(here.health().refusals() + there.health().refusals()).isEqualTo(200);
    }

    @Test
    void whatJsonbCannotHoldFailsWhereItIsSaid() throws Exception {
        try (Connection shop = transaction()) {
            assertThatThrownBy(() -> publish(shop, room, "\"\\u0000\"", null))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("Unicode");
            shop.rollback();
            publish(shop, room, "1", null);
            shop.commit();
        }

        assertThat(texts(room, 1)).containsExactly("1");
    }

    @Test
    void aPublisherReadsNothingAndWritesNothingElse() throws Exception {
        try (Connection shop = server.connect("shop");
                Statement statement = shop.createStatement()) {
            publish(shop, room, "1", null);
            for (String forbidden : List.of(
                    "SELECT room FROM parley_outbox",
                    "SELECT data FROM parley_refused",
                    "SELECT data FROM parley_entry",
                    "SELECT room FROM parley_room",
                    "SELECT value FROM parley_kept",
                    "DELETE FROM parley_outbox",
                    "UPDATE parley_outbox SET data = '2'",
                    "INSERT INTO parley_outbox (room, data, xact) VALUES ('r', '1', '1')",
                    "INSERT INTO parley_outbox (room, data) VALUES ('r', '1') RETURNING id",
                    "SELECT parley_append('', '', 1, ARRAY['r'], ARRAY[''::bytea], ARRAY[''], ARRAY[''::bytea])",
                    "CREATE TABLE mine (x int)")) {
                assertThatThrownBy(() -> statement.execute(forbidden))
                        .as(forbidden)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isIn("42501", "PA001"));
            }
        }
    }

    /** Such a transaction may not notify, so it is found by looking. */
    @Test
    void aPreparedTransactionPublishesWhenItIsCommitted() throws Exception {
        try (Connection shop = transaction();
                Statement statement = shop.createStatement()) {
            statement.execute("SET LOCAL parley.notify = off");
            publish(shop, room, "1", null);
            statement.execute("PREPARE TRANSACTION 'shipped'");
            shop.commit();
            publish(shop, room, "2", null);
            shop.commit();
            assertThat(texts(room, 1)).containsExactly("2");
            shop.setAutoCommit(true);
            statement.execute("COMMIT PREPARED 'shipped'");
        }

        assertThat(texts(room, 2)).containsExactly("2", "1");
    }

    /** The node has taken a row out of the outbox, and waits to store it, when its connection ends as if it had died. */
    @Test
    void aNodeThatDiesWhileItTakesLosesAndRepeatsNothing() throws Exception {
        result(here.append(room, said("0")));
        try (Connection holder = server.connect("parley");
                Statement statement = holder.createStatement();
                Connection shop = transaction()) {
            holder.setAutoCommit(false);
            statement.execute("SELECT 1 FROM parley_room WHERE room = '" + room + "' FOR UPDATE");
            for (int i = 1; i <= 300; i++) {
                publish(shop, room, Integer.toString(i), "key-" + i);
            }
            shop.commit();
            for (int i = 0; i < 3; i++) {
                FaultyNodes.until(() -> server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                + " WHERE wait_event_type = 'Lock' AND query LIKE '%DELETE FROM parley_outbox%'"
                                + " AND pid <> pg_backend_pid()")
                        .equals("1"));
            }
            here.close();
            assertThat(server.sql("SELECT count(*) FROM parley_outbox")).isEqualTo("300");
            holder.rollback();
        }

        assertThat(texts(room, 301))
                .isEqualTo(IntStream.rangeClosed(0, 300)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(server.sql("SELECT count(*) FROM parley_outbox")).isEqualTo("0");
    }

    private Queue<Entry> follow(Backplane node, RoomId followed) throws Exception {
        Queue<Entry> told = new ConcurrentLinkedQueue<>();
        result(node.follow(followed, told::add).from());
        return told;
    }

    /** What is said in a room, once it is so much; and a moment later still is. */
    private List<String> texts(RoomId read, int count) throws Exception {
        FaultyNodes.until(() -> all(read).size() >= count);
        FaultyNodes.until(() -> server.sql(
                        "SELECT count(*) FROM pg_stat_activity"
                                + " WHERE state = 'active' AND query LIKE '%DELETE FROM parley_outbox%' AND pid <> pg_backend_pid()")
                .equals("0"));
        List<Entry> all = all(read);
        assertThat(all).hasSize(count);
        return all.stream().map(entry -> entry.draft().text()).toList();
    }

    private List<Entry> all(RoomId read) throws Exception {
        return result(there.read(read, Position.ORIGIN, 10_000, Long.MAX_VALUE)).entries();
    }

    private static Draft said(String text) {
        return new Draft("key-of-" + text, new Draft.Author("anna", "1"), Draft.Kind.JSON, text);
    }

    private static Connection transaction() throws SQLException {
        Connection shop = server.connect("shop");
        shop.setAutoCommit(false);
        return shop;
    }

    private static void publish(Connection shop, RoomId to, String data, @org.jspecify.annotations.Nullable String key)
            throws SQLException {
        try (var call = shop.prepareStatement("SELECT parley_publish(?, ?::jsonb, ?)")) {
            call.setString(1, to.name());
            call.setString(2, data);
            call.setString(3, key);
            Object unused = call.execute();
        }
    }
}
