package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.RawWebSocket;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.WebElement;

/** What the console and the page of channels tell and do, in a real browser, at a server by itself. */
@Tag("standalone")
@Tag("system") // a browser
final class ConsolePagesIT {
    @TempDir
    private static Path directory;

    private static OperatedWar war;

    private Browser browser;

    @BeforeAll
    static void start() throws IOException {
        war = OperatedWar.start(directory);
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    @BeforeEach
    void startBrowser() {
        browser = Browser.start(); // it remembers who has signed in
    }

    @AfterEach
    void stopBrowser() {
        browser.close();
    }

    private Tab console(String user, String view) {
        Tab tab = browser.open(war.pageFor(user, "admin/#" + view), Screen.light(1280));
        tab.awaitThat(shown -> assertThat(shown.element("state").getText()).isEqualTo("live"));
        return tab;
    }

    @SuppressWarnings("unchecked") // the script returns strings only
    private static List<String> texts(Tab tab, String selector) {
        return (List<String>) tab.run(
                "return Array.from(document.querySelectorAll(arguments[0]), one => (one.innerText ?? one.textContent).trim())",
                selector);
    }

    @Test
    void theOverviewBeginsWithAVerdictAndFiguresInWords() {
        Tab tab = console("vera", "overview");
        tab.awaitThat(shown -> assertThat(texts(shown, ".verdict h3")).containsExactly("Healthy"));
        String text = tab.element("main").getText();
        assertThat(text)
                .containsPattern("Accepting connections\\s+yes")
                .containsPattern("Resumed\\s+\\S+ without loss\\s+\\S+ with loss")
                .containsPattern("Processor\\s+\\d+ %")
                .containsPattern("Heap\\s+\\d+ %");

        String node = texts(console("vera", "nodes"), "main tbody td").get(0);
        try {
            war.call("otto", "PUT", "nodes/" + node + "/doors", "{\"state\":\"paused\"}");
            Tab paused = tab; // a node that is paused lets in no other page
            paused.awaitThat(shown -> assertThat(texts(shown, ".verdict li"))
                    .anySatisfy(fault -> assertThat(fault).contains(node, "paused", "See nodes")));
            assertThat(texts(paused, ".verdict h3")).singleElement().asString().endsWith("to look at");
            assertThat(paused.element("main").getText()).containsPattern("Accepting connections\\s+no");
        } finally {
            war.call("otto", "PUT", "nodes/" + node + "/doors", "{\"state\":\"open\"}");
        }
    }

    @Test
    void theChartsShowTheRangeThatIsChosen() {
        Tab tab = console("vera", "overview");
        tab.awaitThat(shown -> assertThat(texts(shown, ".chart .axis")).contains("−15 min"));
        assertThat(texts(tab, ".chart strong")).contains("Processor and heap in %");

        tab.elements(".range option").get(3).click();

        tab.awaitThat(shown ->
                assertThat(texts(shown, ".chart .axis")).contains("−24 h").doesNotContain("−15 min"));
    }

    @Test
    void theAuditSaysInSentencesWhoDidWhatToWhomForHowLong() {
        war.call("otto", "POST", "blocks", "{\"user\":\"mallory\",\"seconds\":5400}");
        war.call("otto", "DELETE", "blocks?user=mallory", "");
        war.call("vera", "DELETE", "connections?address=192.0.2.7", "");

        Tab tab = console("vera", "audit");

        tab.awaitThat(shown -> assertThat(texts(shown, "main tbody td:nth-child(2)"))
                .contains(
                        "otto blocked user mallory for 90 minutes.",
                        "otto let user mallory in again.",
                        "vera wanted to disconnect address 192.0.2.7 and was refused: not allowed."));
        assertThat(texts(tab, "main tbody td:nth-child(1)"))
                .allMatch(when -> when.matches(".*\\d{4}.*\\d{1,2}:\\d{2}:\\d{2}.*"));
    }

    @ParameterizedTest
    @CsvSource({"1280", "390", "320"})
    void whatCanBeDoneIsInViewOnAnyScreen(int width) {
        try (RawWebSocket member = war.site().open("/ws/71?room=a-room-with-quite-a-long-name")) {
            for (String view : List.of("connections", "rooms", "users", "nodes")) {
                Tab tab = browser.open(war.pageFor("ada", "admin/#" + view), Screen.light(width));
                tab.awaitThat(shown -> assertThat(shown.elements("main tbody button:not(.link)"))
                        .isNotEmpty());
                assertThat(tab.run("""
                        return [...document.querySelectorAll('main tbody button')].filter((button) => {
                          const { left, right } = button.getBoundingClientRect();
                          return left < 0 || right > innerWidth;
                        }).map((button) => button.textContent);""")).as(view).isEqualTo(List.of());
            }
            member.sendText("still here");
            assertThat(member.receiveText()).isEqualTo("You wrote: still here");
        }
    }

    @Test
    void aListThatMovesAsksBeforeItDisconnects() {
        try (RawWebSocket victim = war.site().open("/ws/72")) {
            Tab tab = console("otto", "connections/user/72");
            tab.awaitThat(shown -> assertThat(shown.elements("main tbody tr")).hasSize(1));
            tab.elements("main tbody button.bad").get(0).click();
            assertThat(tab.element("dialog").getText()).contains("of 72");
            tab.elements("dialog button").get(0).click();
            victim.sendText("still here");
            assertThat(victim.receive()).isEqualTo(new Incoming.Text("You wrote: still here"));

            tab.elements("main tbody button.bad").get(0).click();
            tab.elements("dialog button.bad").get(0).click();
            tab.awaitThat(shown -> assertThat(shown.element("toast").getText()).isEqualTo("Done."));
        }
    }

    @Test
    void roomsAndUsersAreFoundAndPutInOrder() {
        try (RawWebSocket one = war.site().open("/ws/81?room=zebra-one");
                RawWebSocket two = war.site().open("/ws/82?room=zebra-one");
                RawWebSocket three = war.site().open("/ws/83?room=an-okapi-and-zebra")) {
            Tab tab = console("vera", "rooms");
            tab.elements("main input[type=search]").get(0).sendKeys("ZEBRA");
            tab.awaitThat(shown -> assertThat(texts(shown, "main tbody td:first-child"))
                    .containsExactly("zebra-one", "an-okapi-and-zebra"));
            tab.elements("main th button").get(0).click();
            tab.awaitThat(shown -> assertThat(texts(shown, "main tbody td:first-child"))
                    .containsExactly("an-okapi-and-zebra", "zebra-one"));
            assertThat(tab.elements("main th").get(0).getDomAttribute("aria-sort"))
                    .isEqualTo("ascending");

            Tab users = console("vera", "users");
            users.elements("main input[type=search]").get(0).sendKeys("82");
            users.awaitThat(shown ->
                    assertThat(texts(shown, "main tbody td:first-child")).containsExactly("82"));
            for (RawWebSocket socket : List.of(one, two, three)) {
                socket.sendText("still here");
            }
        }
    }

    @Test
    void whoSignsOutHasToSignInAgain() {
        assertThat(console("vera", "overview").element("sign-out").isDisplayed())
                .isTrue();
        String session = OperatorsContract.send(
                        OperatorsContract.by("vera", HttpRequest.newBuilder(war.page("admin/session"))))
                .body();
        String ticket = session.replaceFirst("(?s).*\"ticket\":\"([^\"]+)\".*", "$1");
        HttpRequest.Builder signOut =
                OperatorsContract.by("vera", HttpRequest.newBuilder(war.page("admin/sign-out?ticket=" + ticket)));

        HttpResponse<String> refused = OperatorsContract.send(signOut);

        assertThat(refused.statusCode()).as("a browser forgets what is refused").isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(refused.body()).contains("<h1>Signed out</h1>");
        assertThat(OperatorsContract.send(signOut).statusCode())
                .as("whoever signs in then")
                .isEqualTo(302);
        HttpResponse<String> cancelled =
                OperatorsContract.send(HttpRequest.newBuilder(war.page("admin/sign-out?ticket=" + ticket)));
        assertThat(cancelled.statusCode()).as("who does not sign in again").isEqualTo(200);
        assertThat(cancelled.body()).contains("<h1>Signed out</h1>");
    }

    @Test
    void whoDoesNotSignInIsToldByAPage() {
        HttpResponse<String> nobody = OperatorsContract.send(HttpRequest.newBuilder(war.page("admin/")));

        assertThat(nobody.statusCode()).isEqualTo(401);
        assertThat(nobody.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(nobody.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(nobody.body()).contains("<h1>Not authenticated</h1>", "An operator's name and password are needed.");
        assertThat(OperatorsContract.send(HttpRequest.newBuilder(war.page("admin/session")))
                        .headers()
                        .firstValue("Content-Type")
                        .orElseThrow())
                .startsWith("application/problem+json");
    }

    @Test
    void theDocsNameParametersRolesAndScopes() {
        Tab tab = browser.open(war.page("docs/"));
        tab.awaitThat(shown -> assertThat(shown.elements("#http tbody tr")).hasSizeGreaterThan(10));

        assertThat(tab.element("main").getText()).doesNotContain("undefined");
        assertThat(tab.element("channel-item").getText()).contains("token", "item_id", "Cookie");
        assertThat(tab.element("channel-chat").getText()).contains("client_id", "room");
        assertThat(tab.element("channel-rooms").getText()).contains("token", "ticket", "always parley.v1");
        assertThat(texts(tab, "#http tbody tr"))
                .allMatch(row -> row.contains("/events")
                        ? row.contains("the rights of a client")
                        : row.contains("parley-") && row.contains("parley:"))
                .anyMatch(row -> row.contains("POST /api/v1/rooms/{room}/messages") && row.contains("parley:publish"));
        tab.link("Parley").click();
        assertThat(tab.address()).isEqualTo(war.page("").toString());
        tab.link("Docs").click();
        assertThat(tab.address()).isEqualTo(war.page("docs/").toString());
    }

    @ParameterizedTest
    @CsvSource({
        "echo, Message text was: hello",
        "item, 'Message text was: hello, for item ID: foo'",
        "chat, You wrote: hello",
        "rooms, \"type\":\"welcome\""
    })
    void eachChannelCanBeTriedAsItStands(String channel, String answer) {
        Tab tab = browser.open(war.page("docs/"));
        String section = "#channel-" + channel + " .trial ";
        tab.awaitThat(shown -> assertThat(shown.elements(section + "button")).hasSize(2));
        WebElement connect = tab.elements(section + "button").get(0);
        WebElement send = tab.elements(section + "button").get(1);

        connect.click();
        tab.awaitThat(shown -> assertThat(send.isEnabled()).isTrue());
        send.click();

        tab.awaitThat(shown -> assertThat(texts(shown, section + ".log"))
                .singleElement()
                .asString()
                .contains("← ", answer));
        if (channel.equals("rooms")) {
            for (String next : List.of("\"type\":\"joined\"", "\"type\":\"ack\"", "\"type\":\"history\"")) {
                send.click();
                tab.awaitThat(shown -> assertThat(texts(shown, section + ".log"))
                        .singleElement()
                        .asString()
                        .contains(next));
            }
        }
        connect.click();
        tab.awaitThat(shown -> assertThat(texts(shown, section + ".log"))
                .singleElement()
                .asString()
                .contains("closed with 1000"));
    }

    /** As the page of channels and the README show it. */
    @Test
    void aNameIsEnoughToPublishInDemoModeAndForNothingElse() {
        try (RawWebSocket member = war.site().open("/ws/91?room=orders")) {
            assertThat(byName("POST", "rooms/orders/messages", "{\"text\":\"Order 42 has left the house.\"}")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(member.receiveText())
                    .isEqualTo("Client #shop says: {\"text\":\"Order 42 has left the house.\"}");
        }
        assertThat(byName("GET", "rooms/orders/messages", "").statusCode()).isEqualTo(403);
        assertThat(byName("DELETE", "connections?user=91", "").statusCode()).isEqualTo(403);
        assertThat(byName("POST", "users/ann/messages", "1").statusCode()).isEqualTo(403);
    }

    private static HttpResponse<String> byName(String method, String path, String body) {
        return OperatorsContract.send(HttpRequest.newBuilder(war.page("api/v1/" + path))
                .header("Authorization", "Bearer shop")
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body)));
    }

    @Test
    void thePagesAreToldApartAndLeadToEachOther() {
        for (String page : List.of("echo", "items", "guide-chat")) {
            Tab tab = browser.open(war.page(page));
            assertThat(texts(tab, ".bar [aria-current]"))
                    .isEqualTo(texts(tab, ".kicker"))
                    .hasSize(1);
        }
        Tab home = browser.open(war.page(""));
        assertThat(texts(home, ".cards h3")).containsExactly("Chat", "Docs", "Console", "Echo", "Items", "Plain chat");
        Tab nowhere = browser.open(war.page("no/such/page"));
        assertThat(texts(nowhere, "h1")).containsExactly("There is nothing here");
        assertThat(nowhere.run("return getComputedStyle(document.querySelector('.button')).borderRadius"))
                .as("it is dressed like the rest")
                .isNotEqualTo("0px");
        nowhere.elements("a.button").get(0).click();
        assertThat(nowhere.address()).isEqualTo(war.page("").toString());
        assertThat(URI.create(home.elements(".cards a").get(2).getDomProperty("href"))
                        .getPath())
                .isEqualTo("/admin/");
    }
}
