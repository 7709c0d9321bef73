package dev.parley.backplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneContract;
import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Erasure;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.Keep;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import dev.parley.backplane.engine.DraftBytes;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("standalone") // no server is needed, so once is enough
final class PostgresBackplaneIT extends BackplaneContract {
    private static PostgresServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.launch();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    /** All rows of all tables. */
    @Override
    protected String dump() throws Exception {
        StringBuilder dump = new StringBuilder();
        for (String table : server.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                .lines()
                .toList()) {
            dump.append(server.sql("SET bytea_output = 'escape'; SELECT t::text FROM " + table + " t"))
                    .append('\n');
        }
        return dump.toString();
    }

    @Override
    protected Nodes start(int entriesPerRoom) throws Exception {
        return server.twoNodes(entriesPerRoom, "");
    }

    @Test
    void aRoomThatKeepsByAgeIsGoneAMonthAfterAllOfItWhereNobodyIsIn() throws Exception {
        for (Backplane node : List.of(here, there)) {
            node.retain(any -> Keep.age(Duration.ofMinutes(10)));
        }
        RoomId occupied = new RoomId(room.name() + "-occupied");
        RoomId quiet = new RoomId(room.name() + "-quiet");
        RoomId young = new RoomId(room.name() + "-young");
        Draft draft = new Draft("key", new Draft.Author("7", "c"), Draft.Kind.MESSAGE, "m");
        here.presence().enter(occupied, new Draft("farewell", new Draft.Author("7", "c"), Draft.Kind.LEFT, ""));
        Appended first = result(here.append(room, draft));
        result(here.append(occupied, draft));
        Appended kept = result(here.append(quiet, draft));
        result(here.append(young, draft));
        FaultyNodes.until(() -> server.sql("SELECT count(*) FROM parley_member").equals("1"));

        server.sql("UPDATE parley_entry SET at = at - interval '1 hour' WHERE room <> '" + young + "'");
        server.sql("UPDATE parley_room SET touched = touched - interval '1 hour' WHERE room <> '" + young + "'");
        server.sql("UPDATE parley_room SET touched = touched - interval '30 days'" + " WHERE room IN ('" + room + "', '"
                + occupied + "')");
        FaultyNodes.until(() -> {
            for (RoomId each : List.of(room, occupied, quiet, young)) { // else they are looked at in some minutes
                assertThat(result(there.extent(each)).entries()).isEqualTo(each.equals(young) ? 1 : 0);
            }
            return server.sql("SELECT string_agg(room, ' ' ORDER BY room) FROM parley_room")
                    .equals(occupied + " " + quiet + " " + young);
        });

        FaultyNodes.until(() ->
                server.sql("SELECT string_agg(room, ' ') FROM parley_entry").equals(young.name()));
        assertThat(result(here.read(quiet, kept.position(), 10, Long.MAX_VALUE)).isWhole())
                .isTrue();
        Appended again = result(there.append(room, draft));
        assertThat(again.duplicate()).isFalse();
        assertThat(again.position().seq()).isEqualTo(1);
        assertThat(again.position().epoch()).isNotEqualTo(first.position().epoch());
        assertThat(result(here.read(room, first.position(), 10, Long.MAX_VALUE)).broken())
                .contains(Break.Reason.EPOCH);
        assertThat(result(there.extent(occupied)).top().seq()).isEqualTo(1);
    }

    @Test
    void whoFollowsAndReadsTooLateIsToldAGapAndNothingElse() throws Exception {
        for (Backplane node : List.of(here, there)) {
            node.retain(any -> Keep.entries(1));
        }
        Appended first = result(here.append(room, draft("1")));
        result(here.append(room, draft("2")));
        server.sql("UPDATE parley_entry SET at = at - interval '11 seconds'");
        Appended last = result(here.append(room, draft("3")));

        FaultyNodes.until(() -> !result(there.readOn(room, first.position(), 10, Long.MAX_VALUE))
                .isWhole());

        Slice late = result(there.readOn(room, first.position(), 10, Long.MAX_VALUE));
        assertThat(late.broken()).contains(Break.Reason.TRIMMED);
        assertThat(late.entries()).extracting(Entry::position).containsExactly(last.position());
        assertThat(server.sql("SELECT count(*) FROM parley_entry")).isEqualTo("3"); // the rows are there
    }

    @Test
    void aMessageIsStoredWithoutReadingTheRoomItGoesTo() {
        server.sql(
                "INSERT INTO parley_room (room) VALUES ('long'); SELECT count(*) FROM parley_append('run', 'nonce', 5000,"
                        + " array_fill('long'::text, ARRAY[2000]), ARRAY(SELECT sha256(g::text::bytea) FROM generate_series(1, 2000) g),"
                        + " array_fill('m'::text, ARRAY[2000]), array_fill('d'::bytea, ARRAY[2000])); ANALYZE parley_entry");

        String append = "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM parley_append('run', 'nonce', 5000,"
                + " ARRAY['long'], ARRAY['%s'::bytea], ARRAY['m'], ARRAY['d'::bytea]);";
        String plans = server.sql(append.formatted("planned") + append.formatted("executed"));

        Matcher pages =
                Pattern.compile("(?s)shared hit=([0-9]+).*shared hit=([0-9]+)").matcher(plans);
        assertThat(pages.find()).as(plans).isTrue();
        assertThat(Integer.parseInt(pages.group(2))).isLessThan(200);
    }

    /** Whoever erases waits for the entry, which another transaction empties. */
    @Test
    void whatIsErasedWhileItIsTrimmedIsKnownByItsKeyAllTheSame() throws Exception {
        Appended victim = result(here.append(room, draft("1")));
        CompletionStage<Boolean> erased;
        try (Connection other = server.connect("parley");
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            boolean unused = statement.execute("UPDATE parley_entry SET key = sha256(key), data = '\\x"
                    + HexFormat.of().formatHex(DraftBytes.encode(Erasure.GONE)) + "'");
            erased = here.erase(room, victim.position().message());
            FaultyNodes.until(() -> server.sql("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
                    .equals("t"));
            other.commit();
        }

        assertThat(result(erased)).isTrue();
        assertThat(result(there.append(room, draft("1")))).isEqualTo(new Appended(victim.position(), true));
    }

    private static Draft draft(String key) {
        return new Draft(key, new Draft.Author("7", "c"), Draft.Kind.MESSAGE, "m");
    }
}
