package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.HttpResponse;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** What a load balancer and an orchestrator ask. */
final class HealthIT extends LobbyContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Test
    void nodeThatRunsIsLiveReadyAndStarted() {
        for (String path : new String[] {"/health", "/health/live", "/health/ready", "/health/started"}) {
            HttpResponse response = site().upgrade(path).plain().exchange();
            assertThat(response.status()).as(path).isEqualTo(200);
            assertThat(response.value("Content-Type"))
                    .as(path)
                    .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        }
    }
}
