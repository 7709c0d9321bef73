package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Incoming.Close;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** {@code /rooms} of a deployment at the root of its server. */
final class RoomsIT extends RoomsContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    /** Here alone: it takes the ten seconds that a peer has for it. */
    @Test
    void whoSaysNothingAtAllIsClosed() {
        try (RoomsClient silent = RoomsClient.unknown(site())) {
            assertThat(silent.isClosed()).isEqualTo(new Close(4503, "another protocol"));
        }
    }
}
