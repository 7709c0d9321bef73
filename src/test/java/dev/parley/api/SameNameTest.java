package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.ManualClock;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Dialogue;
import dev.parley.dialogue.Dialogues;
import dev.parley.dialogue.Limits;
import dev.parley.dialogue.Policies;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.node.Budget;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users of one name whom the server knows, whom a token names and who only say so, over HTTP and on sockets. */
@Timeout(60)
final class SameNameTest {
    private static final String SEND = "{\"id\":2,\"type\":\"send\",\"room\":\"lobby\",\"key\":\"k\",\"data\":1}";

    private final Workers workers = new Workers();
    private final MemoryBackplane backplane =
            new MemoryBackplane(100, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Node node = new Node("one", backplane);
    private final Rooms rooms =
            new Rooms(backplane, workers, 100, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);

    @AfterEach
    void stop() {
        node.close();
        workers.close();
        backplane.close();
    }

    private Call publish() {
        return Call.of("POST", "/rooms/lobby/messages")
                .with("Content-Type", "application/json")
                .with("Idempotency-Key", "k")
                .body("1");
    }

    /** Says it on a socket, and returns the acknowledgement. */
    private String said(boolean verifies, @Nullable Credential proven, String token) {
        ManualClock clock = new ManualClock();
        Dialogues dialogues = new Dialogues(
                rooms,
                verifies ? name -> new Verdict.Accepted(Credential.of(name)) : null,
                Policies.of(List.of(), null, Duration.ZERO, Thread::new, workers),
                new Limits(65_536, 20, 262_144, 64, 100, false),
                Duration.ofSeconds(20),
                workers);
        Peer peer = new Peer(workers, clock, 1_000);
        Dialogue dialogue = dialogues.open(
                peer.connection(),
                Optional.ofNullable(proven),
                Optional.of(token).filter(name -> proven == null),
                credential -> true);
        dialogue.receive("{\"id\":1,\"type\":\"join\",\"room\":\"lobby\"}");
        peer.awaitLines(2);
        dialogue.receive(SEND);
        return peer.awaitLines(3).stream()
                .filter(line -> line.contains("\"type\":\"ack\""))
                .findFirst()
                .orElseGet(() -> peer.awaitLines(4).get(3));
    }

    @Test
    void ofOneKeyAndOneNameTheServersUserTheTokensAndTheVisitorEachSaySomethingOnce() {
        Credential login =
                new Credential(Credential.Source.LOGIN, "shop", Set.of(), Set.of(), Map.of(), Optional.empty());

        assertThat(publish().by("shop", "parley-admin").to(node.servlet).body()).contains("\"duplicate\":false");
        assertThat(publish()
                        .with("Authorization", "Bearer shop:parley:publish")
                        .to(node.servlet)
                        .body())
                .contains("\"duplicate\":false");
        assertThat(said(false, null, "shop")).doesNotContain("duplicate\":true");

        // Whoever comes again in the other way is the same.
        assertThat(said(true, login, "")).contains("duplicate\":true");
        assertThat(said(true, null, "shop")).contains("duplicate\":true");
        assertThat(said(false, null, "shop")).contains("duplicate\":true");
    }
}
