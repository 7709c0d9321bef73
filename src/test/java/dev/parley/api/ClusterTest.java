package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Peer;
import dev.parley.dialogue.Dialogue;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Credential;
import dev.parley.node.Budget;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ClusterTest {
    private static final Blocks.Target MALLORY = new Blocks.Target(Blocks.Kind.USER, "mallory", "");

    private final MemoryBackplane backplane =
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
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
    void whoIsTakenOutIsSoOnAllNodesAndWhoHasLostTheRight() {
        try (Node other = new Node("two", backplane)) {
            Peer alice = joined(other, "alice", "a", "b");
            Peer bob = joined(other, "bob", "a");
            node.cluster.remove("alice", new RoomId("a"));
            alice.awaitLine("{\"type\":\"left\",\"room\":\"a\",\"reason\":\"removed\"}");

            other.closed.addAll(List.of("a", "b"));
            node.cluster.recheck(new RoomId("a"));
            bob.awaitLine("{\"type\":\"left\",\"room\":\"a\",\"reason\":\"forbidden\"}");
            assertThat(alice.lines()).noneMatch(line -> line.contains("forbidden"));
        }
    }

    private static Peer joined(Node node, String user, String... rooms) {
        Peer peer = new Peer(node.workers);
        Dialogue dialogue = node.dialogues.open(
                peer.connection(), Optional.of(Credential.of(user)), Optional.empty(), renewed -> true);
        for (String room : rooms) {
            dialogue.receive("{\"type\":\"join\",\"room\":\"" + room + "\"}");
            int heard = 1; // among other things, such as the inbox
            while (peer.awaitLines(heard).stream()
                    .noneMatch(line -> line.startsWith("{\"type\":\"joined\",\"room\":\"" + room + "\""))) {
                heard = peer.lines().size() + 1;
            }
        }
        return peer;
    }

    @Test
    void wordThatIsNotUnderstoodKeepsNoLaterOneBack() {
        backplane.control().send("{\"do\":\"block\",\"user\":\"mallory\"}");
        node.cluster.block(MALLORY, Duration.ofMinutes(1));

        work();

        assertThat(node.cluster.blocks().all()).hasSize(1);
    }
}
