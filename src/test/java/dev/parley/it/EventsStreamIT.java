package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.EventStream.Event;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The rooms as streams of events, beside sockets. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class EventsStreamIT {
    private static final AtomicInteger ROOM = new AtomicInteger();
    private static final String PADDING = "x".repeat(60 * 1024);

    private final String room = "stream-" + ROOM.incrementAndGet();
    private final String events = "/rooms/" + room + "/events";
    private final List<AutoCloseable> open = new ArrayList<>();

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }

    private Site site() {
        return Site.at(base);
    }

    private RoomsClient client(String user) {
        RoomsClient client = RoomsClient.as(user, site());
        open.add(client);
        return client;
    }

    private EventStream stream(String path, String... headers) {
        EventStream stream = EventStream.open(site(), path, headers);
        open.add(stream);
        return stream;
    }

    @AfterEach
    void leave() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void theAnswerIsAStreamThatNobodyKeeps() {
        EventStream stream = stream(events);

        assertThat(stream.response().headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/event-stream");
        assertThat(stream.response().headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(stream.response().headers().firstValue("X-Accel-Buffering")).contains("no");
        assertThat(stream.next().data()).contains("\"type\":\"welcome\"", "\"user\":\"guest-");
        assertThat(stream.next("joined").data()).contains("\"room\":\"" + room + "\"", "\"resume\":\"none\"");
    }

    @Test
    void aStreamAndASocketSeeOneOrder() {
        RoomsClient alice = client("alice");
        RoomsClient bob = client("bob");
        alice.joins(room);
        bob.joins(room);
        EventStream stream = stream(events);
        stream.next("joined");
        for (int i = 1; i <= 15; i++) {
            alice.sends(room, "a" + i, "{'n':" + i + "}");
        }
        for (int seq = 1; seq <= 15; seq++) {
            Event event = stream.next();
            assertThat(event.type()).isEqualTo("message");
            assertThat(event.data()).isEqualTo(bob.hears()).contains("\"seq\":" + seq + ",");
        }
    }

    @Test
    void whoComesBackHasMissedNothingOverEitherWayIn() {
        RoomsClient alice = client("alice");
        alice.joins(room);
        EventStream stream = stream(events);
        stream.next("joined");
        alice.sends(room, "k0", "0");
        Event seen = stream.next("message");
        stream.close();
        for (int i = 1; i <= 30; i++) {
            alice.sends(room, "k" + i, "{'n':" + i + "}");
        }

        for (EventStream again : List.of(
                stream(events, "Last-Event-ID", seen.id()),
                stream(events + "?last-event-id=" + seen.id()),
                stream("/rooms/events?room=other-" + room + "&room=" + room, "Last-Event-ID", seen.id()))) {
            String joined;
            do {
                joined = again.next("joined").data();
            } while (!joined.contains("\"room\":\"" + room + "\""));
            assertThat(joined).contains("\"resume\":\"ok\"", "\"replayed\":30");
            for (int i = 1; i <= 30; i++) {
                assertThat(again.next("message").data()).contains("\"seq\":" + (i + 1) + ",");
            }
        }
    }

    @Test
    void anIdFromTheMiddleOfWhatWasMissedIsWhereItGoesOn() {
        RoomsClient alice = client("alice");
        alice.joins(room);
        EventStream first = stream(events);
        first.next("joined");
        alice.sends(room, "k0", "0");
        String id = first.next("message").id();
        first.close();
        for (int i = 1; i <= 10; i++) {
            alice.sends(room, "k" + i, "" + i);
        }
        EventStream second = stream(events, "Last-Event-ID", id);
        Event joined = second.next("joined");
        assertThat(joined.id()).as("what it has missed is still to come").isEmpty();
        for (int seq = 2; seq <= 5; seq++) {
            id = second.next("message").id();
        }
        second.close();

        assertThat(stream(events, "Last-Event-ID", id).next("message").data()).contains("\"seq\":6,");
    }

    @Test
    void severalRoomsAreOneStreamAndOneId() {
        RoomsClient alice = client("alice");
        String other = "other-" + room;
        alice.joins(room);
        alice.joins(other);
        String both = "/rooms/events?room=" + room + "&room=" + other;
        EventStream stream = stream(both);
        stream.next("joined");
        stream.next("joined");
        alice.sends(room, "k1", "1");
        alice.sends(other, "k2", "2");
        stream.next("message");
        String id = stream.next("message").id();
        stream.close();
        alice.sends(room, "k3", "3");
        alice.sends(other, "k4", "4");

        EventStream again = stream(both, "Last-Event-ID", id);
        assertThat(List.of(again.next("message").data(), again.next("message").data()))
                .anyMatch(data -> data.endsWith("\"data\":3}"))
                .anyMatch(data -> data.endsWith("\"data\":4}"));
    }

    @Test
    void whatIsSaidWithoutASocketIsSaidOnce() {
        RoomsClient bob = client("bob");
        bob.joins(room);
        String send = "{'type':'send','id':7,'room':'" + room + "','key':'the-key','data':{'é':1}}";

        HttpResponse<String> first = EventStream.post(site(), events, send, "Authorization", "Bearer alice");
        HttpResponse<String> again = EventStream.post(site(), events, send, "Authorization", "Bearer alice");

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).contains("\"id\":7,\"type\":\"ack\"", "\"seq\":1,", "\"duplicate\":false");
        assertThat(again.body()).contains("\"seq\":1,", "\"duplicate\":true");
        String author = first.headers().firstValue("Parley-Connection").orElseThrow();
        assertThat(bob.hears())
                .contains("{\"user\":\"alice\",\"connection\":\"" + author + "\"}", "\"data\":{\"é\":1}");
        RoomsClient alice = client("alice");
        alice.joins(room);
        assertThat(alice.sends(room, "the-key", "2")).contains("\"duplicate\":true");
        assertThat(EventStream.post(site(), events, "{'type':'history','room':'" + room + "'}")
                        .body())
                .contains("\"type\":\"history\"", "\"seq\":1,", "\"more\":false");
    }

    @Test
    void whatIsNotForHereIsRefused() {
        for (String bad : List.of(
                "{", "[]", "{'type':'join','room':'" + room + "'}", "{'type':'send','room':'x','key':'k','data':1}")) {
            assertThat(EventStream.post(site(), events, bad).statusCode())
                    .as(bad)
                    .isEqualTo(400);
        }
        assertThat(EventStream.send(
                                EventStream.request(site(), events, "Content-Type", "text/plain")
                                        .POST(BodyPublishers.ofString("{}"))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(415);
        assertThat(EventStream.send(
                                EventStream.request(site(), events)
                                        .PUT(BodyPublishers.ofString("{}"))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(405);
        for (String path : List.of("/rooms/Bad/events", "/rooms/~alice/events", "/rooms/events?room=a&room=B%20")) {
            assertThat(EventStream.get(site(), path).statusCode()).as(path).isEqualTo(400);
        }
        assertThat(EventStream.get(site(), events, "Last-Event-ID", "nonsense").statusCode())
                .isEqualTo(400);
        for (String path : List.of("/rooms", "/rooms/" + room, "/rooms/" + room + "/events/more")) {
            assertThat(EventStream.get(site(), path).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(EventStream.get(site(), events, "Origin", "http://evil.example", "Cookie", "s=1")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aHeadIsTheAnswerWithoutItsStream() {
        HttpResponse<String> head = EventStream.send(
                EventStream.request(site(), events)
                        .method("HEAD", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
    }

    /** Payara takes the same object for one request after another on a thread, and one thread after another. */
    @Test
    void aHandshakeBehindOtherRequestsIsHeardAsAnyOther() {
        for (int round = 0; round < 3; round++) {
            times(20, i -> aHeadIsTheAnswerWithoutItsStream());
            times(
                    20,
                    i -> RawWebSocket.openPipelined(site().upgrade("/ws/" + i), Frame.text("hasty"), Frame.close(1000))
                            .close());
            times(20, i -> {
                try (RawWebSocket next = site().open("/ws")) {
                    next.send(Frame.ping((byte) 42));
                    assertThat(next.receive()).as("handshake " + i).isEqualTo(new Incoming.Pong("2a"));
                }
            });
        }
    }

    private static void times(int count, IntConsumer what) {
        IntStream.range(0, count).forEach(what);
    }

    /** As an old proxy asks: without chunks, to the end of the connection. */
    @Test
    void http10GetsItAsItIs() throws IOException {
        try (Socket socket = connect(64 * 1024)) {
            ask(socket, "HTTP/1.0");
            InputStream in = socket.getInputStream();
            StringBuilder seen = new StringBuilder();
            while (seen.indexOf("event: joined\ndata: {") < 0) {
                int octet = in.read();
                assertThat(octet).as("after %s", seen).isNotNegative();
                seen.append((char) octet);
            }
            assertThat(seen.toString()).contains(" 200 ").doesNotContainIgnoringCase("chunked");
        }
    }

    private static final int ANSWERS = Integer.getInteger("answers", 500);
    private static final Pattern GUEST = Pattern.compile("\"joined\":\\[[^]]*\"(guest-[^\"]+)\"");

    @Test
    void aStreamThatIsNotReadIsEndedAndTheOthersNoticeNothing() throws IOException {
        RoomsClient bob = client("bob");
        bob.joins(room);
        EventStream reader = stream(events + "?presence=true", "Authorization", "Bearer reader");
        reader.next("members");
        try (Socket stalled = connect(4 * 1024)) {
            ask(stalled, "HTTP/1.1");
            String guest = "";
            while (guest.isEmpty()) {
                Matcher joined = GUEST.matcher(reader.next("presence").data());
                guest = joined.find() ? joined.group(1) : "";
            }
            int said = 0;
            boolean hasLeft = false;
            long start = System.nanoTime();
            while (!hasLeft) {
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(90));
                String frame = "{'type':'send','room':'" + room + "','key':'k" + said + "','data':'" + PADDING + "'}";
                HttpResponse<String> answer;
                do { // no faster than they may
                    answer = EventStream.post(site(), events, frame, "Authorization", "Bearer author-" + said % 16);
                } while (answer.statusCode() == 429);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).contains("\"type\":\"ack\"");
                said++;
                assertThat(bob.hearsWith("\"type\":\"message\"")).contains("\"seq\":" + said + ",");
                Event event = reader.next();
                while (!event.type().equals("message")) {
                    hasLeft |= event.data().matches(".*\"left\":\\[[^]]*\"" + guest + "\".*");
                    event = reader.next();
                }
                assertThat(event.data()).contains("\"seq\":" + said + ",");
            }
        }
    }

    @Test
    void eachAnswerIsThatOfItsRequest() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                String speaker = "speaker-" + i;
                all.add(pool.submit(() -> {
                    for (int n = 1; n <= ANSWERS; n++) {
                        HttpResponse<String> answer = EventStream.post(
                                site(),
                                events,
                                "{'id':" + n + ",'type':'send','room':'" + room + "','key':'k" + n + "','data':1}",
                                "Authorization",
                                "Bearer " + speaker);
                        assertThat(answer.statusCode()).isIn(200, 429);
                        assertThat(answer.body())
                                .as("%s of %s", answer.statusCode(), n)
                                .matches(
                                        answer.statusCode() == 200
                                                ? "\\{\"id\":" + n + ",\"type\":\"ack\".*"
                                                : ".*(\"type\":\"bye\",\"code\":4502|\"id\":" + n
                                                        + ",.*\"rate-limited\").*");
                    }
                    return true;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private Socket connect(int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(receiveBuffer);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(site().host(), site().port()));
        return socket;
    }

    private void ask(Socket socket, String version) throws IOException {
        socket.getOutputStream()
                .write(("GET " + site().contextPath() + events + " " + version + "\r\nHost: " + site().authority()
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }
}
