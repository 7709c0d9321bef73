package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import dev.parley.node.Budget;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.EventId;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StreamWireTest {
    private final Response response = new Response();
    private final List<String> outcomes = new ArrayList<>();
    private final ManualWorkers workers = new ManualWorkers();
    private final AtomicInteger completed = new AtomicInteger();
    private final ManualClock clock = new ManualClock();
    private final Unread unread = new Unread(workers.workers());
    private StreamWire wire;
    private Connection connection;

    @BeforeEach
    void begin() throws IOException {
        AsyncContext context = Fake.of(AsyncContext.class, (method, arguments) -> switch (method) {
            case "getResponse" -> Fake.of(ServletResponse.class, (name, none) -> response);
            case "complete" -> completed.incrementAndGet();
            case "addListener" -> null;
            default -> throw new AssertionError(method);
        });
        wire = new StreamWire(context, Map.of("news", new Mark("k3f", 17, "m17")), unread);
        connection = new Connection(
                "c1",
                wire,
                Peer.ROOMY,
                Timing.of(Peer.SEND_TIMEOUT, Peer.HEARTBEAT),
                workers.workers(),
                clock,
                gone -> {},
                peer -> false,
                new Budget(Long.MAX_VALUE));
        wire.begin(connection);
    }

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void aMessageIsAnEventOfItsTypeWithItsPlaceAsId() {
        response.call();
        wire.send(List.of(message(18, "\"é\"")), this::note);

        String id = EventId.of(Map.of("news", new Mark("k3f", 18, "m18")));
        assertThat(response.written().replaceFirst("retry: [0-9]{4}\n\n", ""))
                .isEqualTo("id: " + id + "\nevent: message\ndata: "
                        + message(18, "\"é\"").text() + "\n\n");
        assertThat(response.written()).startsWith("retry: ");
        assertThat(outcomes).containsExactly("sent");
        assertThat(response.flushes).isEqualTo(1);
    }

    /** A line break would be the end of the data. */
    @Test
    void lineBreaksBetweenTokensAreBlanks() {
        response.call();
        wire.send(List.of(message(18, "{\n\"a\":\r\n1}")), this::note);

        assertThat(response.written()).endsWith("\"data\":{ \"a\":  1}}\n\n");
    }

    @Test
    void aPingIsAComment() {
        response.call();
        wire.send(List.of(new Outgoing(new Outbound.Ping().text())), this::note);
        wire.ping(this::note);

        assertThat(response.written()).endsWith("\n\n:\n\n:\n\n");
        assertThat(outcomes).containsExactly("sent", "sent");
    }

    @Test
    void signalsAreForSocketsAlone() {
        response.call();
        int given = connection.signal(List.of(new Outgoing("{\"type\":\"signal\",\"room\":\"news\",\"data\":1}")));
        connection.send("{\"type\":\"message\",\"room\":\"news\"}");

        assertThat(given).as("not worth counting where nobody is told any").isZero();
        assertThat(response.written()).contains("event: message").doesNotContain("signal");
    }

    @Test
    void nothingIsWrittenBeforeTheServerCalls() {
        wire.send(List.of(message(18, "1")), this::note);
        assertThat(response.written()).isEmpty();

        response.call();

        assertThat(response.written()).contains("\"seq\":18");
        assertThat(outcomes).containsExactly("sent");
    }

    @Test
    void whatTheServerDoesNotTakeWaitsForItsCallAndHoldsNoThread() {
        response.call();
        response.takes = 2; // its first line and one event
        wire.send(List.of(message(18, "1"), message(19, "2"), message(20, "3")), this::note);
        assertThat(response.written()).contains("\"seq\":18").doesNotContain("\"seq\":19");
        assertThat(outcomes).isEmpty();

        response.takes = 1_000;
        response.call();

        assertThat(response.written()).contains("\"seq\":19", "\"seq\":20");
        assertThat(outcomes).containsExactly("sent");
    }

    @Test
    void aWriteIsDoneOnlyWhenTheServerWouldTakeAnother() {
        response.call();
        response.takes = 3; // line, event, flush
        wire.send(List.of(message(18, "1")), this::note);
        assertThat(outcomes).isEmpty();

        response.takes = 1_000;
        response.call();

        assertThat(outcomes).containsExactly("sent");
    }

    @Test
    void whatFailsIsTheEndOfTheConnection() {
        response.call();
        response.failure = new IOException("broken pipe");
        wire.send(List.of(message(18, "1")), this::note);

        assertThat(outcomes).containsExactly("java.io.IOException: broken pipe");
        assertThat(connection.isLive()).isFalse();
        assertThat(completed).hasValue(1);
    }

    @Test
    void whatTheServerReportsIsTheEndOfTheConnectionAndIsToldOnce() {
        response.call();
        response.takes = 1;
        wire.send(List.of(message(18, "1")), this::note);
        wire.onError(new IOException("reset"));
        response.takes = 1_000;
        response.call();

        assertThat(outcomes).containsExactly("java.io.IOException: reset");
        assertThat(connection.isLive()).isFalse();
        assertThat(completed).hasValue(1);
    }

    @Test
    void theLastEventSaysWhy() throws IOException {
        response.call();
        wire.close(CloseCode.EXPIRED);

        assertThat(response.written())
                .endsWith("event: bye\ndata: {\"type\":\"bye\",\"code\":4002,\"reason\":\"credential expired\","
                        + "\"reconnect\":true}\n\n");
        assertThat(completed).hasValue(1);
    }

    @Test
    void whoHasBeenSaidGoodbyeIsToldWhenToComeBackAndNotTwice() throws IOException {
        response.call();
        Outbound.Bye bye = new Outbound.Bye(CloseCode.GOING_AWAY, true, Duration.ofMillis(700), Duration.ofMillis(700));
        wire.send(List.of(new Outgoing(bye.text())), this::note);
        wire.close(CloseCode.GOING_AWAY);

        assertThat(response.written()).containsOnlyOnce("event: bye").contains("retry: 700\nevent: bye\n");
    }

    @Test
    void afterTheEndNothingIsWritten() throws IOException {
        response.call();
        wire.close(CloseCode.REMOVED);
        String last = response.written();
        wire.send(List.of(message(18, "1")), this::note);
        wire.ping(this::note);

        assertThat(response.written()).isEqualTo(last);
        assertThat(outcomes).hasSize(2).allMatch(outcome -> outcome.contains("EOFException"));
    }

    /** Who can say nothing cannot ask again: it comes back to where it was. */
    @Test
    void aGapIsTheEnd() {
        response.call();
        connection.send(new Outbound.Gap("news").text());

        assertThat(response.written()).contains("event: gap\n");
        assertThat(connection.isLive()).isFalse();
        assertThat(connection.endCause()).isEqualTo("overloaded");
    }

    /** Nothing ever arrives, so what leaves is the sign of life. */
    @Test
    void whoTakesWhatItGetsIsThere() {
        response.call();
        for (int i = 0; i < 10; i++) {
            clock.advance(Peer.HEARTBEAT);
            connection.check(clock.getAsLong());
            while (workers.ready() > 0) {
                workers.runOne(new java.util.Random(1));
            }
        }

        assertThat(connection.isLive()).isTrue();
        assertThat(response.written()).endsWith(":\n\n");
    }

    @Test
    void whoDoesNotIsTooSlow() {
        response.call();
        response.takes = 0;
        connection.send(message(18, "1").text());
        clock.advance(Peer.SEND_TIMEOUT.plusMillis(1));
        connection.check(clock.getAsLong());

        assertThat(connection.isLive()).isFalse();
        assertThat(connection.endCause()).isEqualTo("slow");
    }

    /** Tomcat blocks a thread on the end of each. */
    @Test
    void ofThoseThatNobodyReadsFewEndAtOnce() {
        List<Unread.Place> places = new ArrayList<>();
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            places.add(unread.end(ended::incrementAndGet));
        }
        work();
        assertThat(ended).hasValue(4);
        places.get(9).leave(); // its peer has gone while it waited
        places.get(0).leave();
        places.get(0).leave();
        work();
        assertThat(ended).hasValue(5);
        places.forEach(Unread.Place::leave);
        work();
        assertThat(ended).hasValue(9);
        for (int i = 0; i < 5; i++) {
            unread.end(ended::incrementAndGet);
        }
        work();
        assertThat(ended).as("four places are free again").hasValue(13);
    }

    private void work() {
        while (workers.ready() > 0) {
            workers.runOne(new java.util.Random(1));
        }
    }

    @Test
    void whoReadsOnAfterItsEndIsEndedAtOnce() throws IOException {
        response.call();
        response.takes = 1;
        wire.send(List.of(message(18, "1")), this::note);
        for (int i = 0; i < 4; i++) {
            Unread.Place taken = unread.end(() -> {});
            assertThat(taken).isNotNull();
        }
        wire.close(CloseCode.SLOW);
        assertThat(completed).as("it waits for a place").hasValue(0);

        response.takes = 1_000;
        response.call();

        assertThat(completed).hasValue(1);
    }

    private static Outgoing message(long seq, String data) {
        return new Outgoing(
                new Outbound.Message("news", new Mark("k3f", seq, "m" + seq), Instant.EPOCH, "bob", "c11", null, data)
                        .text());
    }

    private void note(@Nullable Throwable failure) {
        outcomes.add(failure == null ? "sent" : failure.toString());
    }

    /** Takes so many calls, and then is not ready until the test has it call. */
    private static final class Response extends ServletOutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private @Nullable WriteListener listener;
        private int takes = 1_000;
        private int flushes;
        private @Nullable IOException failure;

        void call() {
            try {
                if (listener == null) {
                    throw new AssertionError("nobody listens");
                }
                listener.onWritePossible();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        String written() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        private void take() throws IOException {
            if (takes-- <= 0) {
                throw new AssertionError("it was not ready");
            }
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public boolean isReady() {
            return takes > 0;
        }

        @Override
        public void setWriteListener(WriteListener given) {
            listener = given;
        }

        @Override
        public void write(int octet) {
            throw new AssertionError("one by one would be slow");
        }

        @Override
        public void write(byte[] octets) throws IOException {
            take();
            bytes.write(octets);
        }

        @Override
        public void flush() throws IOException {
            take();
            flushes++;
        }
    }
}
