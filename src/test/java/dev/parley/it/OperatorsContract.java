package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.TestOperators;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What operators may and may not do, over HTTP and over the console's socket, in the realm of whichever server. */
abstract class OperatorsContract {
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    abstract Site site();

    @Test
    void everyRoleMayOverHttpWhatTheTableSays() {
        record Cell(String method, String path, String body, int nobody, int viewer, int operator, int admin) {}
        String doors = "/api/v1/nodes/no-such-node/doors";
        List<Cell> table = List.of(
                new Cell("GET", "/admin/", "", 401, 200, 200, 200),
                new Cell("GET", "/admin/console.js", "", 401, 200, 200, 200),
                new Cell("GET", "/admin/session", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/overview", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/nodes", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/connections", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/security", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/blocks", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/settings", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/audit", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/rooms", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/rooms/quiet/members", "", 401, 200, 200, 200),
                new Cell("GET", "/api/v1/rooms/quiet/messages", "", 401, 403, 403, 200),
                new Cell("POST", "/api/v1/rooms/quiet/messages", "1", 401, 403, 201, 201),
                new Cell("DELETE", "/api/v1/rooms/quiet/messages", "", 401, 403, 403, 200),
                new Cell("DELETE", "/api/v1/rooms/quiet/members", "", 401, 403, 202, 202),
                new Cell("GET", "/api/v1/users/no%20body", "", 401, 200, 200, 200),
                new Cell("POST", "/api/v1/users/no%20body/messages", "1", 401, 403, 201, 201),
                new Cell("DELETE", "/api/v1/users/no%20body/connections", "", 401, 403, 202, 202),
                new Cell("DELETE", "/api/v1/connections/none", "", 401, 403, 202, 202),
                new Cell("DELETE", "/api/v1/connections?user=none", "", 401, 403, 202, 202),
                new Cell("POST", "/api/v1/blocks", "{\"user\":\"none\",\"seconds\":1}", 401, 403, 202, 202),
                new Cell("DELETE", "/api/v1/blocks?user=none", "", 401, 403, 202, 202),
                new Cell("PUT", doors, "{\"state\":\"open\"}", 401, 403, 404, 404));
        for (Cell cell : table) {
            Map<String, Integer> expected = Map.of(
                    "vera", cell.viewer(), "otto", cell.operator(), "ada", cell.admin(), "sam", cell.nobody() + 2);
            assertThat(send(request(cell.method(), cell.path(), cell.body())).statusCode())
                    .as("nobody, %s", cell)
                    .isEqualTo(cell.nobody());
            expected.forEach((user, status) -> {
                HttpResponse<String> response = send(by(user, request(cell.method(), cell.path(), cell.body())));
                assertThat(response.statusCode()).as("%s, %s", user, cell).isEqualTo(status);
                // None, or one that takes away what the server has made of the login.
                assertThat(response.headers().allValues("Set-Cookie"))
                        .as("no session")
                        .allMatch(cookie -> cookie.matches(".*(Max-Age=0|Expires=Thu, 01-Jan-1970).*"));
            });
        }
    }

    @Test
    void everyRoleMayWatchAndNobodyElse() {
        for (String user : List.of("vera", "otto", "ada")) {
            try (RawWebSocket socket = site().open("/admin/ws?ticket=" + ticket(user))) {
                assertThat(socket.receiveText()).contains("\"view\":\"\"", "\"connections\":");
                socket.sendText("{\"view\":\"audit\"}");
                awaitText(socket, "\"view\":\"audit\"");
            }
        }
        for (String bad : List.of("", "?ticket=", "?ticket=guess")) {
            UpgradeRequest request = site().upgrade("/admin/ws" + bad);
            if (bad.isEmpty()) {
                assertThat(request.refusal()).isBetween(400, 403);
            } else {
                try (RawWebSocket socket = RawWebSocket.open(request)) {
                    assertThat(socket.receiveWholeClose().code()).isEqualTo(4500);
                }
            }
        }
    }

    @Test
    void ticketIsGoodOnceAndNotForAPageFromElsewhere() {
        String ticket = ticket("vera");
        assertThat(site().upgrade("/admin/ws?ticket=" + ticket)
                        .with("Origin", "http://evil.example")
                        .refusal())
                .isEqualTo(403);
        try (RawWebSocket first = site().open("/admin/ws?ticket=" + ticket)) {
            assertThat(first.receiveText()).contains("\"view\":");
        }
        try (RawWebSocket again = site().open("/admin/ws?ticket=" + ticket)) {
            assertThat(again.receiveWholeClose().code()).isEqualTo(4500);
        }
    }

    @Test
    void forgedWritesAreRefused() {
        HttpRequest.Builder forged =
                by("ada", request("DELETE", "/api/v1/connections?user=77", "")).header("Origin", "http://evil.example");
        try (RawWebSocket victim = site().open("/ws/77")) {
            assertThat(send(forged).statusCode()).isEqualTo(403);
            assertThat(send(by("ada", request("DELETE", "/api/v1/connections?user=77", ""))
                                    .header("Origin", site().origin()))
                            .statusCode())
                    .as("without the token")
                    .isEqualTo(403);
            assertThat(send(by("ada", request("DELETE", "/api/v1/connections?user=77", ""))
                                    .header("Origin", site().origin())
                                    .header("X-Parley-Token", value(session("ada"), "token")))
                            .statusCode())
                    .isEqualTo(202);
            assertThat(victim.receiveWholeClose().code()).isEqualTo(4501);
        }
        HttpResponse<String> form = send(by("ada", HttpRequest.newBuilder(uri("/api/v1/rooms/lobby/messages")))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("1")));
        assertThat(form.statusCode()).as("what a form can send").isEqualTo(415);
    }

    @Test
    void disconnectTakesEffectAtOnceAndABlockKeepsOut() {
        try (RawWebSocket victim = site().open("/ws/88")) {
            await().until(() -> send(by("vera", request("GET", "/api/v1/connections?user=88", "")))
                    .body()
                    .contains("\"user\":\"88\""));
            long start = System.nanoTime();
            send(by("otto", request("POST", "/api/v1/blocks", "{\"user\":\"88\",\"seconds\":60}")));
            assertThat(victim.receiveWholeClose().code()).isEqualTo(4501);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
        }
        try (RawWebSocket back = site().open("/ws/88")) {
            assertThat(back.receiveWholeClose().code()).isEqualTo(4501);
        }
        send(by("otto", request("DELETE", "/api/v1/blocks?user=88", "")));
        await().untilAsserted(
                        () -> { // which is accepted before it is done
                            try (RawWebSocket back = site().open("/ws/88")) {
                                back.sendText("hello");
                                assertThat(back.receive()).isEqualTo(new Incoming.Text("You wrote: hello"));
                            }
                        });
    }

    @Test
    void drainedNodeSendsEverybodyAwayAndCanBeOpenedAgain() {
        String node = value(session("otto"), "node");
        try (RawWebSocket client = site().open("/ws/99")) {
            turn(node, "draining");
            assertThat(client.receiveWholeClose().code()).isEqualTo(1001);
            assertThat(site().upgrade("/ws/99").refusal()).isEqualTo(503);
            HttpResponse<String> ready = send(request("GET", "/health/ready", ""));
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("\"state\":\"draining\"");
            assertThat(send(request("GET", "/health/live", "")).statusCode()).isEqualTo(200);
        } finally {
            turn(node, "open");
        }
        await().until(() ->
                send(request("GET", "/health/ready", "")).statusCode() == 200); // accepted before it is done
        site().open("/ws/99").close();
    }

    @Test
    void sessionThatSomebodyElseHasChosenIsWorthNothing() {
        HttpResponse<String> response =
                send(request("GET", "/admin/", "").header("Cookie", "JSESSIONID=0123456789ABCDEF0123456789ABCDEF"));
        assertThat(response.statusCode()).isEqualTo(401);
        send(by("ada", request("GET", "/admin/", "")).header("Cookie", "JSESSIONID=0123456789ABCDEF0123456789ABCDEF"));
        assertThat(send(request("GET", "/admin/", "").header("Cookie", "JSESSIONID=0123456789ABCDEF0123456789ABCDEF"))
                        .statusCode())
                .isEqualTo(401);
    }

    /** What really travels on the guide's channels has the shape that the document gives it: text. */
    @Test
    void documentsAreThere() {
        String asyncApi = send(request("GET", "/asyncapi.json", "")).body();
        assertThat(asyncApi).contains("\"asyncapi\":\"3.0.0\"", "\"address\":\"/ws/{client_id}\"");
        for (String address : addresses(asyncApi)) {
            site().open(address.replaceAll("\\{[^}]*}", "1") + "?token=t").close();
        }
        assertThat(send(request("GET", "/api/v1/openapi.json", "")).body()).contains("\"openapi\":\"3.1.0\"");
        assertThat(send(request("GET", "/docs/", "")).statusCode()).isEqualTo(200);
        assertThat(send(request("GET", "/metrics", "")).body()).contains("parley_connections ");
    }

    private static List<String> addresses(String asyncApi) {
        return Pattern.compile("\"address\":\"([^\"]+)\"")
                .matcher(asyncApi)
                .results()
                .map(found -> found.group(1))
                .filter(address -> !address.equals("/rooms")) // needs its subprotocol
                .toList();
    }

    private void turn(String node, String state) {
        HttpResponse<String> turned =
                send(by("otto", request("PUT", "/api/v1/nodes/" + node + "/doors", "{\"state\":\"" + state + "\"}")));
        assertThat(turned.statusCode()).isEqualTo(202);
    }

    private static void awaitText(RawWebSocket socket, String part) {
        for (Incoming incoming = socket.receive(); ; incoming = socket.receive()) {
            if (!(incoming instanceof Incoming.Text text)) {
                throw new AssertionError("instead came " + incoming);
            }
            if (text.text().contains(part)) {
                return;
            }
        }
    }

    private String ticket(String user) {
        return value(session(user), "ticket");
    }

    private String session(String user) {
        return send(by(user, request("GET", "/admin/session", ""))).body();
    }

    private static String value(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(json);
        if (!matcher.find()) {
            throw new AssertionError("no " + name);
        }
        return matcher.group(1);
    }

    URI uri(String path) {
        return URI.create("http://" + site().authority() + path);
    }

    HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
    }

    static HttpRequest.Builder by(String user, HttpRequest.Builder request) {
        return as(user, TestOperators.password(user), request);
    }

    static HttpRequest.Builder as(String user, String password, HttpRequest.Builder request) {
        String pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return request.header("Authorization", "Basic " + pair);
    }

    static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            // Each on a connection of its own: Jetty ends one, without having said so, whose request was refused
            // before its body was read.
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .build()
                    .send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
