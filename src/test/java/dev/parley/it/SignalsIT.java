package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals on the wire, whatever the server is: they are kept nowhere, and cost messages nothing. */
@Tag("standalone")
@Timeout(180)
final class SignalsIT {
    private static final int SPEAKERS = 20;

    private static ExecutableWar war;

    @BeforeAll
    static void start() {
        war = ExecutableWar.startOnAnyPort(
                List.of("-Xmx512m", "-Dparley.outbox-messages=20", "-Dparley.send-timeout=1m"));
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    private static RoomsClient client(String user) {
        return RoomsClient.as(user, Site.at(war.url()));
    }

    @Test
    void aSignalIsHeardByTheOthersAndIsInNoHistoryAndInNoResume() {
        try (RoomsClient alice = client("alice");
                RoomsClient bob = client("bob")) {
            String joined = alice.joins("news");
            bob.joins("news");

            alice.says("{'type':'signal','room':'news','data':{'x':1}}");

            assertThat(bob.hears())
                    .startsWith("{\"type\":\"signal\",\"room\":\"news\",\"from\":{\"user\":\"alice\",\"connection\":\"")
                    .endsWith("\"data\":{\"x\":1}}");
            alice.says("{'id':50,'type':'history','room':'news'}");
            assertThat(alice.hears()).as("its author hears nothing of it").contains("\"messages\":[]");
            String since = RoomsClient.field(joined, "position").replace('"', '\'');
            assertThat(bob.asks("'type':'join','room':'news','since':" + since))
                    .contains("\"resume\":\"ok\"", "\"replayed\":0");
        }
    }

    /** Reads on to the last message, on a thread of its own. */
    private static CompletableFuture<?> hearing(RoomsClient client) {
        return CompletableFuture.runAsync(
                () -> client.hearsWith("\"last\""), task -> new Thread(task, "hearing").start());
    }

    @Test
    void aFloodOfSignalsNeitherEndsWhoDoesNotReadNorDelaysMessages() {
        RoomsClient slow = client("slow");
        slow.joins("board");
        RoomsClient reader = client("reader");
        reader.joins("board");
        RoomsClient[] speakers = new RoomsClient[SPEAKERS];
        String padding = "x".repeat(3_900);
        try {
            for (int i = 0; i < SPEAKERS; i++) {
                speakers[i] = client("speaker-" + i);
                speakers[i].joins("board");
            }
            List<CompletableFuture<?>> listening = new ArrayList<>();
            listening.add(hearing(reader));
            // More than the kernel takes for a peer on the loopback interface: 20 * 80 * 4 KB at once, and then 3 MB a
            // second.
            for (int i = 0; i < SPEAKERS; i++) {
                RoomsClient speaker = speakers[i];
                for (int n = 0; n < 80; n++) {
                    speaker.says("{'type':'signal','room':'board','data':'" + padding + "'}");
                }
            }
            for (RoomsClient speaker : speakers) {
                listening.add(hearing(speaker));
            }
            try (RoomsClient author = client("author")) {
                author.joins("board");
                for (int i = 0; i < 10; i++) {
                    long before = System.nanoTime();
                    assertThat(author.sends("board", "k" + i, "{'n':" + i + "}"))
                            .contains("\"type\":\"ack\"");
                    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
                }
                author.sends("board", "k", "'last'");
            }
            for (CompletableFuture<?> heard : listening) {
                assertThat(heard).succeedsWithin(Duration.ofSeconds(60));
            }

            int messages = 0;
            for (String heard = ""; !heard.contains("\"last\""); heard = slow.hears()) {
                messages += heard.contains("\"type\":\"message\"") ? 1 : 0;
            }
            assertThat(messages).as("it is still there, and has every message").isEqualTo(10);
        } finally {
            slow.close();
            reader.close();
            for (RoomsClient speaker : speakers) {
                if (speaker != null) {
                    speaker.close();
                }
            }
        }
    }
}
