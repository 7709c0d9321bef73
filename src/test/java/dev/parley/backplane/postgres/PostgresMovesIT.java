package dev.parley.backplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.MovesContract;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.Link;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("standalone") // no server is needed, so once is enough
final class PostgresMovesIT extends MovesContract {
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
    protected Engine engine() {
        return new PostgresEngine(server.address(), KEPT);
    }

    @Override
    protected void tellAsBefore(RoomId room) throws Exception {
        server.sql("NOTIFY parley, 'P " + room + "'");
    }

    @Override
    protected void tellInstead(RoomId room, String what) throws Exception {
        server.sql("BEGIN; NOTIFY parley, 'M " + room + " " + what + "'; NOTIFY parley, 'P " + room + "'; COMMIT");
    }

    @Override
    protected void takeOut(RoomId room, String connection) throws Exception {
        assertThat(server.sql("DELETE FROM parley_member WHERE room = '" + room + "' AND connection = '" + connection
                        + "' RETURNING 1"))
                .startsWith("1");
    }

    /** The longest notification has 7,999 bytes. */
    @Test
    void whereAMemberIsTooLongToBeToldItsRoomIsRead() throws Exception {
        RoomId other = new RoomId(room.name() + ":other");
        int longest = 7_999 - "M ".length() - room.name().length() - " + node+c ".length();
        Link.Move shorter = move(room, "a", "b", true, "");
        Link.Move tooLong = move(room, "x".repeat(longest + 1), "c", true, "");
        Link.Move longEnough = move(room, "x".repeat(longest), "c", true, "");
        Link.Move elsewhere = move(other, "a", "c", true, "");
        try (Heard heard = new Heard(Set.of(room, other));
                Link link = engine().connect()) {
            heard.awaitListening(2);
            assertThat(link.members().renew("node", Duration.ofMinutes(1))).isFalse();

            link.members().move("node", List.of(shorter, elsewhere, tooLong));
            link.members().move("node", List.of(longEnough, shorter));

            assertThat(heard.take(room, 3))
                    .containsExactly(
                            "?",
                            longEnough.membership("node").toString(),
                            shorter.membership("node").toString());
            assertThat(heard.take(other, 1))
                    .containsExactly(elsewhere.membership("node").toString());
            link.members().bury("node", true);
        }
    }
}
