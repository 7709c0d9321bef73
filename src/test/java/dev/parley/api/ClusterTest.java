package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.handshake.AdmissionControl;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ClusterTest {
    private static final Blocks.Target MALLORY = new Blocks.Target(Blocks.Kind.USER, "mallory", "");

    private final MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.system());
    private final List<Runnable> handed = new ArrayList<>();
    private final Node node = new Node("one", backplane, handed::add);

    @AfterEach
    void stop() {
        node.close();
        backplane.close();
    }

    /** By a pool that takes what came last first. */
    private void work() {
        while (!handed.isEmpty()) {
            handed.remove(handed.size() - 1).run();
        }
    }

    @Test
    void wordsComeAboutInTheOrderInWhichTheyWereSaid() {
        for (int i = 0; i < 10; i++) {
            node.cluster.block(MALLORY, Duration.ofMinutes(1));
            node.cluster.turn("one", AdmissionControl.State.PAUSED);
            node.cluster.unblock(MALLORY);
            node.cluster.turn("one", AdmissionControl.State.OPEN);
        }
        assertThat(handed).as("one at a time").hasSize(1);

        work();

        assertThat(node.cluster.blocks().all()).isEmpty();
        assertThat(node.admission.state()).isEqualTo(AdmissionControl.State.OPEN);
    }

    @Test
    void wordThatIsNotUnderstoodKeepsNoLaterOneBack() {
        backplane.control().send("{\"do\":\"block\",\"user\":\"mallory\"}");
        node.cluster.block(MALLORY, Duration.ofMinutes(1));

        work();

        assertThat(node.cluster.blocks().all()).hasSize(1);
    }
}
