package dev.parley.backplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneContract;
import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.Keep;
import dev.parley.backplane.RoomId;
import java.time.Duration;
import java.util.List;
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
    void aRoomThatKeepsByAgeIsGoneWhenNothingHasBeenSaidForSoLongAndNobodyIsIn() throws Exception {
        for (Backplane node : List.of(here, there)) {
            node.retain(any -> Keep.age(Duration.ofMinutes(10)));
        }
        RoomId occupied = new RoomId(room.name() + "-occupied");
        RoomId young = new RoomId(room.name() + "-young");
        Draft draft = new Draft("key", new Draft.Author("7", "c"), Draft.Kind.MESSAGE, "m");
        here.presence().enter(occupied, new Draft("farewell", new Draft.Author("7", "c"), Draft.Kind.LEFT, ""));
        Appended first = result(here.append(room, draft));
        result(here.append(occupied, draft));
        result(here.append(young, draft));
        FaultyNodes.until(() -> server.sql("SELECT count(*) FROM parley_member").equals("1"));

        server.sql("UPDATE parley_entry SET at = at - interval '1 hour' WHERE room <> '" + young + "'");
        server.sql("UPDATE parley_room SET touched = touched - interval '1 hour' WHERE room <> '" + young + "'");
        FaultyNodes.until(() -> server.sql("SELECT string_agg(room, ' ' ORDER BY room) FROM parley_room")
                .equals(occupied + " " + young));

        assertThat(server.sql("SELECT string_agg(room, ' ') FROM parley_entry")).isEqualTo(young.name());
        Appended again = result(there.append(room, draft));
        assertThat(again.duplicate()).isFalse();
        assertThat(again.position().seq()).isEqualTo(1);
        assertThat(again.position().epoch()).isNotEqualTo(first.position().epoch());
        assertThat(result(here.read(room, first.position(), 10, Long.MAX_VALUE)).broken())
                .contains(Break.Reason.EPOCH);
        assertThat(result(there.extent(occupied)).top().seq()).isEqualTo(1);
    }
}
