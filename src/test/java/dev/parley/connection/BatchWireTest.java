package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.protocol.CloseCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BatchWireTest {
    private static final int THREADS = 4;

    private final ExecutorService pool =
            new ThreadPoolExecutor(0, THREADS, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
    private final Batches batches = new Batches(pool, 1, Duration.ofMillis(300));
    private final ScriptedSession session = new ScriptedSession();
    private final ScriptedWire single = new ScriptedWire();
    private final BatchWire wire =
            new BatchWire(session.session(), session.session().getBasicRemote(), single, batches);
    private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void stop() {
        end.countDown();
        pool.shutdownNow();
    }

    @Test
    void whatWaitsTogetherIsGatheredAndThenWritten() throws InterruptedException {
        wire.send(outgoing("a", "b"), this::note);

        assertThat(outcomes.take()).isEqualTo("sent");
        assertThat(session.basic)
                .containsExactly("setBatchingAllowed true", "sendText a", "sendText b", "setBatchingAllowed false");
        assertThat(single.events()).isEmpty();
    }

    @Test
    void aSingleMessageAndAPingAreSentWithoutAnythingThatBlocks() {
        wire.send(outgoing("a"), this::note);
        wire.ping(this::note);

        assertThat(single.events()).containsExactly("send a", "ping");
        assertThat(session.basic).isEmpty();
    }

    @Test
    void aServerThatThrowsIsTheOutcome() throws InterruptedException {
        session.onBasic = () -> {
            throw new IllegalStateException("closed");
        };

        wire.send(outgoing("a", "b"), this::note);

        assertThat(outcomes.take()).isEqualTo("java.lang.IllegalStateException: closed");
    }

    @Test
    void peersThatAreStuckTakeNobodysTurn() throws InterruptedException {
        stickPeers(THREADS - 1);

        wire.send(outgoing("a", "b"), this::note);

        assertThat(outcomes.take()).isEqualTo("sent");
        assertThat(single.events()).isEmpty();
    }

    @Test
    void withoutAThreadMessagesGoOneByOneAndNothingBlocks() throws InterruptedException {
        stickPeers(THREADS);

        wire.send(outgoing("a", "b"), this::note);

        assertThat(outcomes.take()).isEqualTo("sent");
        assertThat(single.events()).containsExactly("send a", "send b");
    }

    @Test
    void whoeverIsFreedGivesBackWhatWasLentForIt() throws InterruptedException {
        stuck().send(outgoing("never", "read"), this::note);
        wire.send(outgoing("a", "b"), this::note);
        assertThat(outcomes.take()).isEqualTo("sent");
        assertThat(batches.turns()).isEqualTo(1);

        end.countDown();
        assertThat(outcomes.take()).isEqualTo("sent");
        await().untilAsserted(() -> assertThat(batches.turns()).isEqualTo(1)); // given back once the outcome is told
    }

    @Test
    void whereTheOtherEndGathersMessagesAreGivenToThatOne() throws InterruptedException {
        BatchWire other = new BatchWire(session.session(), session.session().getAsyncRemote(), single, batches);

        other.send(outgoing("a", "b"), this::note);

        assertThat(outcomes.take()).isEqualTo("sent");
        assertThat(session.batching).containsExactly(true, false);
        assertThat(session.texts).containsExactly("a", "b");
        assertThat(session.basic).isEmpty();
    }

    @Test
    void whatIsGatheredThereCannotKeepTheSocketForLong() throws IOException {
        BatchWire other = new BatchWire(session.session(), session.session().getAsyncRemote(), single, batches);

        other.close(CloseCode.SLOW);

        assertThat(session.idleTimeouts).containsExactly(2_000L);
        assertThat(single.closes()).containsExactly(CloseCode.SLOW);
    }

    @Test
    void theSessionIsClosedByItsOwnWire() throws IOException {
        wire.close(CloseCode.SLOW);

        assertThat(single.closes()).containsExactly(CloseCode.SLOW);
    }

    private void stickPeers(int count) {
        for (int i = 0; i < count; i++) {
            stuck().send(outgoing("never", "read"), failure -> {});
        }
    }

    /** A wire whose peer reads nothing until the end of the test. */
    private BatchWire stuck() {
        ScriptedSession stuck = new ScriptedSession();
        stuck.onBasic = this::awaitEnd;
        return new BatchWire(stuck.session(), stuck.session().getBasicRemote(), new ScriptedWire(), batches);
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void note(@Nullable Throwable failure) {
        outcomes.add(failure == null ? "sent" : failure.toString());
    }

    private static List<Outgoing> outgoing(String... texts) {
        return Stream.of(texts).map(Outgoing::new).toList();
    }
}
