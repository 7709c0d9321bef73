package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Draft;
import dev.parley.backplane.FaultyNodes;
import dev.parley.backplane.Keep;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("standalone") // no server is needed, so once is enough
final class RedisBackplaneIT extends RedisLogContract {
    private static RedisServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = RedisServer.launch(RedisServer.FORGETFUL);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    /** As it would be written to disk, uncompressed. */
    @Override
    protected String dump() throws Exception {
        server.cli("CONFIG", "SET", "rdbcompression", "no");
        StringBuilder dump = new StringBuilder();
        for (String key : server.cli("KEYS", "*").lines().toList()) {
            dump.append(key).append('\n').append(server.cli("DUMP", key)).append('\n');
        }
        return dump.toString();
    }

    @Override
    protected Nodes start(int entriesPerRoom) throws Exception {
        return server.twoNodes(entriesPerRoom, "");
    }

    /** No node may be there any more that could delete it. */
    @Test
    void whatIsKeptByAgeExpiresByItselfWhenNothingIsSaid() throws Exception {
        for (Backplane node : List.of(here, there)) {
            node.retain(any -> Keep.age(Duration.ofHours(1)));
        }
        result(here.append(room, new Draft("key", new Draft.Author("7", "c"), Draft.Kind.MESSAGE, "m")));

        String stream = "parley:{" + room.name() + "}:s";
        FaultyNodes.until(() -> Long.parseLong(server.cli("TTL", stream)) <= 3_660);

        assertThat(Long.parseLong(server.cli("TTL", stream))).isGreaterThan(3_500);
        assertThat(Long.parseLong(server.cli("TTL", "parley:{" + room.name() + "}:m")))
                .isGreaterThan(Duration.ofDays(30).toSeconds());
    }
}
