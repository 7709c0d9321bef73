package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.MovesContract;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.Engine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("standalone") // no server is needed, so once is enough
final class RedisMovesIT extends MovesContract {
    private static RedisServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = RedisServer.launch(RedisServer.FORGETFUL);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Override
    protected Engine engine() {
        return new RedisEngine(server.address(), KEPT);
    }

    @Override
    protected void tellAsBefore(RoomId room) throws Exception {
        tell(room, "P");
    }

    @Override
    protected void tellInstead(RoomId room, String what) throws Exception {
        tell(room, "P" + what);
    }

    /** Somebody listens to a room a moment after it is watched. */
    private static void tell(RoomId room, String message) throws Exception {
        FaultyNodes.until(
                () -> !server.cli("PUBLISH", "parley:0:room:" + room, message).equals("0"));
    }

    @Override
    protected void takeOut(RoomId room, String connection) {
        String present = "parley:{presence}:room:" + room;
        String here = server.cli("HKEYS", present)
                .lines()
                .filter(each -> each.endsWith(' ' + connection))
                .findFirst()
                .orElseThrow();
        assertThat(server.cli("HDEL", present, here)).isEqualTo("1");
    }
}
