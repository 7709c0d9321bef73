package dev.parley.it;

import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Site;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Members who lose their connections and come back by resume, each time to any of two nodes; one of them several times a second.
 *
 * <p>How long and how many is said by {@code -Dhop.seconds}, {@code -Dhop.connections}, {@code -Dhop.rooms} and
 * {@code -Dhop.rate}, messages a second in all.
 */
@Tag("full") // takes a minute
@Tag("standalone")
final class HoppingIT {
    private static final Soak SOAK = new Soak(
            Integer.getInteger("hop.seconds", 10),
            Integer.getInteger("hop.connections", 200),
            Integer.getInteger("hop.rooms", 5),
            Integer.getInteger("hop.rate", 50),
            0.01,
            true);
    private static final Map<String, String> ENVIRONMENT = Map.of("PARLEY_CONNECTIONS_PER_ADDRESS", "20000");

    @Test
    void overRedisNothingIsMissed() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE)) {
            hop(engine);
        }
    }

    @Test
    void overPostgresNothingIsMissed() throws Exception {
        try (EngineProcess engine = PostgresServer.launch()) {
            hop(engine);
        }
    }

    private static void hop(EngineProcess engine) {
        try (ExecutableWar one = node(engine);
                ExecutableWar other = node(engine)) {
            SOAK.over(List.of(Site.at(one.url()), Site.at(other.url())));
        }
    }

    private static ExecutableWar node(EngineProcess engine) {
        return ExecutableWar.start(
                ParleyWar.file(), List.of("-Xmx512m"), ENVIRONMENT, "--port", "0", "--backplane", engine.address());
    }
}
