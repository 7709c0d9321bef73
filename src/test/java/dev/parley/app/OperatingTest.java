package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.api.ApiServlet;
import dev.parley.api.Call;
import dev.parley.api.Realm;
import dev.parley.api.Schema;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Policies;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Decisions;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.handshake.TrustedProxies;
import dev.parley.node.Budget;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node says of itself, as the application puts it together. */
@Timeout(60)
final class OperatingTest {
    private final Budget budget = new Budget(1 << 30);
    private final Workers workers = new Workers();
    private final MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.system(), budget);
    private final Rooms rooms = new Rooms(backplane, workers, 10, id -> Overflow.CLOSE, budget, 1_000);
    private final ConnectionManager connections = new ConnectionManager(
            new ConnectionManager.Limits(10, 10, 10_000, Duration.ofSeconds(10), Duration.ofSeconds(20)),
            workers,
            null,
            budget,
            System::nanoTime);
    private final Policies policies = Policies.of(List.of(), null, Duration.ZERO, Thread::new, workers);
    private final Operating operating = new Operating(
            budget,
            workers,
            connections,
            rooms,
            backplane,
            new AdmissionControl(Integer.MAX_VALUE, 10, budget),
            new Realm(InstantSource.system(), TrustedProxies.NONE),
            new OriginRule(Set.of(), false),
            Duration.ofMillis(100),
            new Decisions(),
            true,
            Settings.effective(new Sources(Map.of(), Map.of(), Map.of())),
            Map.of("version", "1", "server", "Fake/1.0"));

    @AfterEach
    void stop() {
        operating.close();
        policies.close();
        workers.close();
        backplane.close();
    }

    @Test
    void whatItSaysOfItselfIsAsTheDocumentSays() {
        ApiServlet servlet = operating.api(token -> new Verdict.Rejected("none"), policies, 1_000, "1");
        operating.watch();
        while (!get(servlet, "/nodes").contains("Fake/1.0")) {
            Thread.onSpinWait();
        }
        Call.get("/overview").as("ada", "guess").to(servlet);
        assertThat(get(servlet, "/security")).contains("\"status\":401");
        String document = get(servlet, "/openapi.json");
        for (String path : List.of("/nodes", "/overview", "/settings", "/security")) {
            assertThat(Schema.ofAnswer(document, path, "get", 200).flaws(get(servlet, path)))
                    .as(path)
                    .isEmpty();
        }
    }

    private static String get(ApiServlet servlet, String path) {
        return Call.get(path).by("vera", "parley-viewer").to(servlet).body();
    }
}
