package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.RoomPolicy;
import dev.parley.it.delivery.EveryRoom;
import dev.parley.it.delivery.OrderPolicy;
import dev.parley.it.delivery.OrderServlet;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Parley inside an application of somebody else's: one jar, no wiring. */
@Tag("shared") // a server of somebody's, which has a default servlet
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class LibraryIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    @Deployment(testable = false)
    static WebArchive war() throws IOException {
        return ParleyWar.librariesOnly()
                .addPackage(OrderServlet.class.getPackage())
                .addAsServiceProvider(RoomPolicy.class, OrderPolicy.class, EveryRoom.class)
                .addAsLibrary(ParleyWar.classes().toFile());
    }

    private Site site() {
        return Site.at(base);
    }

    @Test
    void whoeverWatchesAnOrderHearsThatItIsShipped() throws Exception {
        try (RoomsClient watcher = watcher("ann")) {
            watcher.joins("order-1");
            assertThat(post("orders/1")).isEqualTo("false 1");
            assertThat(watcher.hearsWith("\"type\":\"message\""))
                    .contains("\"room\":\"order-1\"", "\"user\":\"system\"", "\"order\":\"1\"", "\"parcels\":2");
            assertThat(post("orders/1")).isEqualTo("true 1");
            assertThat(get("orders/1/history")).contains("\"parcels\":2").hasLineCount(1);
            assertThat(get("orders/1/members")).isEqualTo("{ann=1}");
            assertThat(get("orders/1/position")).isEqualTo("1");
        }
    }

    @Test
    void theApplicationHearsWhatIsSaid() throws Exception {
        String line = "application: Shipped[order=2, parcels=2]";
        post("orders/2");
        await().untilAsserted(() ->
                assertThat(get("orders/2/ledger").lines().filter(line::equals)).hasSize(1));
        try (RoomsClient member = watcher("bob")) {
            member.joins("ledger");
            member.sends("ledger", "k", "{'order':'é','parcels':3}");
            await().untilAsserted(() ->
                    assertThat(get("orders/2/ledger").lines()).contains("bob: Shipped[order=é, parcels=3]"));
        }
    }

    /** While parcels come as fast as they can, each page has all that came before its snapshot and hears of each that comes after. */
    @Test
    void whoJoinsSinceTheSnapshotsPositionMissesNothingAndHasNothingTwice() throws Exception {
        int pages = 20;
        AtomicBoolean isOver = new AtomicBoolean();
        Thread parcels = new Thread(() -> {
            try {
                while (!isOver.get()) {
                    assertThat(post("board")).isEmpty();
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        parcels.start();
        try {
            for (int page = 0; page < pages; page++) {
                String board = get("board");
                long shown = Long.parseLong(board.replaceFirst(".*\"parcels\":(\\d+).*", "$1"));
                String position = board.replaceFirst(".*\"position\":(\\{.*?}).*", "$1");
                try (RoomsClient member = watcher("page-" + page)) {
                    assertThat(member.asks("'type':'join','room':'board','since':" + position))
                            .contains("\"resume\":\"ok\"");
                    for (int heard = 0; heard < 10; ) {
                        String message = member.hearsWith("\"type\":\"message\"");
                        long told = Long.parseLong(
                                RoomsClient.field(message, "data").replaceAll("\\D", ""));
                        if (told > shown) { // else the snapshot had it already
                            assertThat(told).isEqualTo(shown + 1);
                            shown = told;
                            heard++;
                        }
                    }
                }
            }
        } finally {
            isOver.set(true);
            parcels.join();
        }
    }

    @Test
    void whatTheApplicationErasesIsInNoHistoryAndMembersAreTold() throws Exception {
        try (RoomsClient watcher = watcher("ivy")) {
            watcher.joins("order-9");
            post("orders/9");
            String message = watcher.hearsWith("\"type\":\"message\"");
            String id = message.replaceFirst(".*\"message\":\"([^\"]+)\".*", "$1");

            assertThat(get("orders/9/erase/" + id)).isEqualTo("null");

            assertThat(watcher.hearsWith("\"type\":\"erased\""))
                    .contains("\"erased\":{\"seq\":1,\"message\":\"" + id + "\"}");
            assertThat(get("orders/9/history")).isEmpty();
        }
    }

    @Test
    void theApplicationHearsWhoComesAndWhereThereIsCdiAnObserverDoes() throws Exception {
        try (RoomsClient first = watcher("eve");
                RoomsClient elsewhere = watcher("fay");
                RoomsClient second = watcher("gil")) {
            first.joins("order-70");
            elsewhere.joins("lobby");
            await().untilAsserted(() -> assertThat(arrivals("heard")).containsExactly("eve at 70"));
            second.joins("order-80");
            List<String> both = List.of("eve at 70", "gil at 80");
            await().untilAsserted(() -> assertThat(arrivals("heard")).isEqualTo(both));
            boolean hasCdi = !server.name().matches("tomcat.*|jetty.*");
            await().untilAsserted(() -> assertThat(arrivals("observed")).isEqualTo(hasCdi ? both : List.of()));
        }
    }

    /** Who came to the rooms of the test above. */
    private List<String> arrivals(String how) throws Exception {
        String all = get("orders/70/arrivals").replaceFirst(".*" + how + " \\[(.*?)].*", "$1");
        return Pattern.compile("\\w+ at [78]0")
                .matcher(all)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    @Test
    void aPolicyOfTheApplicationDecides() throws Exception {
        try (RoomsClient watcher = watcher("cid");
                RoomsClient other = watcher("dora")) {
            watcher.joins("order-3");
            other.joins("order-3");
            assertThat(watcher.sends("order-3", "a", "'damn'"))
                    .contains("\"code\":\"rejected\"", "\"retry\":false", "mind your words");
            assertThat(watcher.sends("order-3", "b", "'please'")).contains("\"type\":\"ack\"");
            assertThat(other.hearsWith("\"type\":\"message\"")).contains("\"please\"");
            get("orders/3/withdraw");
            assertThat(watcher.hearsWith("\"type\":\"left\"")).contains("\"reason\":\"forbidden\"");
            assertThat(watcher.asks("'type':'join','room':'order-3'")).contains("\"code\":\"forbidden\"");
        }
    }

    @Test
    void whatTheApplicationHadBeforeIsAsItWas() {
        try (RawWebSocket naive = site().open("/naive/x")) {
            naive.sendText("hello");
            assertThat(naive.receiveText()).isEqualTo("naive: hello");
        }
    }

    @Test
    void allOfItStandsBelowOnePrefixAndNothingOfTheGuideIsThere() throws Exception {
        for (String path :
                List.of("parley.js", "parley.d.ts", "health", "docs/", "asyncapi.json", "admin/", "metrics")) {
            assertThat(status("parley/" + path)).as(path).isNotEqualTo(404);
            if (!path.matches("health|metrics")) { // which some servers have at their root themselves
                assertThat(status(path)).as(path).isEqualTo(404);
            }
        }
        assertThat(get("parley/parley.js")).contains("export");
        assertThat(get("parley/asyncapi.json")).contains("\"/parley/rooms\"").doesNotContain("client_id");
        for (String path : List.of("/ws", "/ws/1", "/items/a/ws?token=t", "/rooms", "/admin/ws?ticket=t")) {
            assertThat(site().upgrade(path)
                            .with("Sec-WebSocket-Protocol", "parley.v1")
                            .exchange()
                            .status())
                    .as(path)
                    .isNotEqualTo(101);
        }
    }

    private RoomsClient watcher(String user) {
        UpgradeRequest request = site().upgrade("/parley/rooms").with("Sec-WebSocket-Protocol", "parley.v1");
        return RoomsClient.over(RawWebSocket.open(request)).introduce(user);
    }

    private String post(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .POST(BodyPublishers.noBody())
                .build();
        return HTTP.send(request, BodyHandlers.ofString()).body();
    }

    private String get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(URI.create(base + path)).build(), BodyHandlers.ofString())
                .body();
    }

    private int status(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(URI.create(base + path)).build(), BodyHandlers.discarding())
                .statusCode();
    }
}
