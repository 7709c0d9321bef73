package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.wire.Frame;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is said at {@code /rooms}, under whichever context path the subclass deploys to. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
abstract class RoomsContract {
    private static final AtomicInteger ROOM = new AtomicInteger();

    private final String room = "room-" + ROOM.incrementAndGet();
    private final List<RoomsClient> clients = new ArrayList<>();

    @ArquillianResource
    private URL base;

    final Site site() {
        return Site.at(base);
    }

    private RoomsClient client(String user) {
        RoomsClient client = RoomsClient.as(user, site());
        clients.add(client);
        return client;
    }

    @AfterEach
    void leave() {
        clients.forEach(RoomsClient::close);
    }

    @Test
    void theSubprotocolIsSelectedAndDemanded() {
        try (RawWebSocket socket = RawWebSocket.open(site().upgrade("/rooms")
                .with("Sec-WebSocket-Protocol", "other, parley.v1")
                .with("Sec-WebSocket-Protocol", "more"))) {
            assertThat(socket.response().values("Sec-WebSocket-Protocol")).containsExactly("parley.v1");
        }
        for (String offer : List.of("other", "parley.v2", "PARLEY.V1")) {
            HttpResponse refusal = site().upgrade("/rooms")
                    .with("Sec-WebSocket-Protocol", offer)
                    .exchange();
            assertThat(refusal.status()).isEqualTo(400);
            assertThat(refusal.toString()).contains("parley.v1");
        }
        assertThat(site().upgrade("/rooms").exchange().status()).isEqualTo(400);
    }

    @Test
    void whatIsSaidReachesEverybodyOnceAndInOneOrder() {
        RoomsClient alice = client("alice");
        RoomsClient bob = client("bob");
        alice.joins(room);
        bob.joins(room);
        for (int i = 1; i <= 15; i++) {
            assertThat(alice.sends(room, "a" + i, "{'n':" + i + "}"))
                    .contains("\"type\":\"ack\"", "\"seq\":" + (2 * i - 1));
            assertThat(bob.sends(room, "b" + i, "[" + i + "]")).contains("\"type\":\"ack\"", "\"seq\":" + (2 * i));
        }
        RoomsClient carol = client("carol");
        String joined = carol.asks("'type':'join','room':'" + room + "','since':{'epoch':"
                + RoomsClient.field(carol.joins(room), "epoch") + ",'seq':0,'message':''}");
        assertThat(joined).contains("\"resume\":\"ok\"", "\"replayed\":30");
        for (int seq = 1; seq <= 30; seq++) {
            assertThat(RoomsClient.field(carol.hears(), "seq")).isEqualTo(Integer.toString(seq));
        }
    }

    @Test
    void whoComesBackHasMissedNothing() {
        RoomsClient alice = client("alice");
        RoomsClient bob = client("bob");
        alice.joins(room);
        bob.joins(room);
        alice.sends(room, "k0", "0");
        String seen = bob.hearsWith("\"seq\":1,");
        String position = "{'epoch':" + RoomsClient.field(alice.joins(room), "epoch") + ",'seq':1,'message':"
                + RoomsClient.field(seen, "message") + "}";
        bob.socket().socket().close(); // no close frame: the network is gone
        for (int i = 1; i <= 30; i++) {
            alice.sends(room, "k" + i, Integer.toString(i));
        }

        RoomsClient again = client("bob");
        assertThat(again.asks("'type':'join','room':'" + room + "','since':" + position))
                .contains("\"resume\":\"ok\"", "\"replayed\":30");
        for (int i = 1; i <= 30; i++) {
            assertThat(again.hears()).contains("\"seq\":" + (i + 1) + ",", "\"data\":" + i + "}");
        }
        assertThat(again.asks("'type':'join','room':'" + room + "','since':{'epoch':'other','seq':1}"))
                .contains("\"resume\":\"lost\",\"reason\":\"epoch\"");
    }

    @Test
    void textAndJsonClientsShareARoom() {
        RoomsClient alice = client("alice");
        alice.joins(room);
        try (RawWebSocket text = site().open("/ws/7?room=" + room)) {
            text.sendText("€ \"quoted\"");
            assertThat(text.receiveTexts(2)).containsExactly("You wrote: € \"quoted\"", "Client #7 says: € \"quoted\"");
            assertThat(alice.hears()).contains("\"user\":\"7\"").endsWith("\"data\":\"€ \\\"quoted\\\"\"}");
            alice.sends(room, "k", "'hello'");
            assertThat(text.receiveText()).isEqualTo("Client #alice says: hello");
            alice.sends(room, "l", "{ 'a' : [ 1 ] }");
            assertThat(text.receiveText()).isEqualTo("Client #alice says: {\"a\":[1]}");
        }
        assertThat(alice.hearsWith("\"event\":\"left\"")).endsWith("\"data\":null}");
    }

    @Test
    void presenceNamesWhoIsThere() {
        RoomsClient alice = client("alice");
        alice.asks("'type':'join','room':'" + room + "','presence':true");
        assertThat(alice.hearsWith("\"type\":\"members\"")).contains("{\"user\":\"alice\",\"connections\":1}");
        RoomsClient bob = client("bob");
        bob.joins(room);
        alice.hearsWith("\"bob\"");
        bob.asks("'type':'leave','room':'" + room + "'");
        assertThat(alice.hearsWith("\"left\":[\"bob\"]")).contains("\"joined\":[]");
    }

    @Test
    void theFirstFrameSaysWhoIsThere() {
        try (RoomsClient rude = RoomsClient.unknown(site())) {
            rude.says("{'type':'join','room':'news'}");
            assertThat(rude.isClosed()).isEqualTo(new Close(4503, "another protocol"));
        }
    }

    @Test
    void binaryAndTooLongMessagesAreTheEnd() {
        RoomsClient alice = client("alice");
        alice.joins(room);
        String longest = "x"
                .repeat(65_536
                        - "{\"type\":\"send\",\"room\":\"\",\"key\":\"k\",\"data\":\"\",\"id\":2000}".length()
                        - room.length());
        assertThat(longest).isNotEmpty();
        alice.says("{'type':'send','room':'" + room + "','key':'k','data':'" + longest + "','id':2000}");
        alice.hearsWith("\"id\":2000");
        alice.says("{'type':'send','room':'" + room + "','key':'k','data':'" + longest + "x','id':2000}");
        Object last = alice.socket().receive();
        while (!(last instanceof Close)) {
            last = alice.socket().receive();
        }
        assertThat(last).isEqualTo(new Close(1009, "message too big"));

        RoomsClient bob = client("bob");
        bob.socket().send(Frame.binary(new byte[] {1}));
        assertThat(bob.isClosed()).isEqualTo(new Close(1003, "text messages only"));
    }

    @Test
    void nothingThatIsSaidIsTheEndOfTheConnection() {
        RoomsClient alice = client("alice");
        for (String odd : List.of(
                "",
                "{",
                "[".repeat(30_000),
                "{'a':".repeat(10_000),
                "{'type':" + "9".repeat(60_000) + "}",
                IntStream.range(0, 5_000).mapToObj(i -> "'k" + i + "':1").reduce("{'type':'x'", (a, b) -> a + "," + b)
                        + "}")) {
            assertThat(alice.says(odd).hears()).contains("\"type\":\"error\"");
        }
        alice.joins(room);
        String many = IntStream.range(0, 5_000)
                .mapToObj(i -> "'k" + i + "':1")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        assertThat(alice.sends(room, "k", "{" + many + "}")).contains("\"type\":\"ack\"");
    }

    @Test
    void whoFloodsIsToldToWaitAndThenClosed() {
        RoomsClient alice = client("alice");
        alice.joins(room);
        for (int i = 0; i < 150; i++) {
            alice.says("{'id':" + (1000 + i) + ",'type':'send','room':'" + room + "','key':'k" + i + "','data':1}");
        }
        assertThat(alice.hearsWith("\"rate-limited\"")).contains("\"retry\":true,\"after\":");
        Object last = alice.socket().receive();
        while (!(last instanceof Close)) {
            last = alice.socket().receive();
        }
        assertThat(last).isEqualTo(new Close(4502, "limit exceeded"));
    }

    @Test
    void whoJoinsAndLeavesInALoopIsClosed() {
        RoomsClient alice = client("alice");
        for (int i = 0; i < 150; i++) {
            alice.says("{'type':'join','room':'" + room + "'}").says("{'type':'leave','room':'" + room + "'}");
        }
        Object last = alice.socket().receive();
        while (!(last instanceof Close)) {
            last = alice.socket().receive();
        }
        assertThat(last).isEqualTo(new Close(4502, "limit exceeded"));
    }
}
