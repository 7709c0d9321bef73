package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.wire.Frame;
import dev.parley.it.wire.RawWebSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.WebElement;

/** What operators see and do on the console's page, in a real browser, with the realm of whichever server. */
abstract class ConsoleContract extends OperatorsContract {
    @Test
    @Tag("system") // a browser
    void whatStrangersAndOperatorsSendIsTextInTheConsole() {
        String evil = "<img src=x onerror=document.title='owned'>";
        send(by("otto", request("POST", "/api/v1/blocks", "{\"user\":\"" + evil + "\",\"seconds\":60}")));
        try (RawWebSocket said = site().open("/ws/55");
                RawWebSocket named = RawWebSocket.open(RoomsClient.handshake(site()));
                RawWebSocket leaving = site().open("/ws/56");
                Browser browser = Browser.start()) {
            said.sendText(evil);
            named.sendText("{\"id\":1,\"type\":\"connect\",\"user\":\"" + evil + "\"}");
            named.sendText("{\"id\":2,\"type\":\"join\",\"room\":\"lobby\"}");
            leaving.send(Frame.close(1000, evil));
            send(by("otto", request("POST", "/api/v1/rooms/lobby/messages", "{\"x\":\"" + evil + "\"}")));
            send(by("otto", request("DELETE", "/api/v1/connections?user=" + encoded(evil), "")));
            URI page = URI.create("http://ada:ada-secret@" + site().authority() + "/admin/");
            Tab tab = browser.open(page);
            tab.awaitThat(shown -> assertThat(shown.element("state").getText()).isEqualTo("live"));
            for (String view : List.of(
                    "security", "audit", "users", "rooms", "connections", "ended", "room/lobby", "settings", "nodes")) {
                tab.run("location.hash = arguments[0]", view);
                tab.awaitThat(shown ->
                        assertThat(shown.elements("main tbody tr")).as(view).isNotEmpty());
                assertThat(tab.elements("main img, main script")).as(view).isEmpty();
            }
            tab.run("location.hash = 'security'");
            tab.awaitThat(shown -> assertThat(shown.element("main").getText()).contains(evil));
            tab.run("location.hash = 'ended'");
            tab.awaitThat(shown -> assertThat(shown.element("main").getText()).contains(evil));
            tab.run("location.hash = 'room/lobby'");
            tab.awaitThat(shown -> assertThat(shown.elements("main button")).hasSizeGreaterThan(4));
            press(tab, "Read the last 50");
            tab.awaitThat(shown ->
                    assertThat(shown.elements("main .log").get(0).getText()).contains(evil, "55: \"" + evil));
            assertThat(tab.elements("main img, main script")).isEmpty();
            assertThat(tab.title()).isEqualTo("Parley console");
            assertThat(browser.closeTabs()).as("the browser's console").isEmpty();
        }
        send(by(
                "otto",
                request("DELETE", "/api/v1/blocks?user=%3Cimg%20src=x%20onerror=document.title='owned'%3E", "")));
    }

    @Test
    @Tag("system") // a browser
    void adminPurgesARoomFromThePageByTypingItsNameAndAnOperatorCannot() {
        send(by("otto", request("POST", "/api/v1/rooms/attic/messages", "\"old stuff\"")));
        try (RawWebSocket member = site().open("/ws/57?room=attic");
                Browser browser = Browser.start();
                Browser another = Browser.start()) { // Open Liberty keeps who has signed in to a browser in a cookie
            Tab operator =
                    browser.open(URI.create("http://otto:otto-secret@" + site().authority() + "/admin/#room/attic"));
            operator.awaitThat(
                    shown -> assertThat(shown.elements("main td button")).hasSize(1));
            operator.awaitThat(shown -> assertThat(shown.elements("main button:disabled"))
                    .extracting(WebElement::getText)
                    .contains("Purge…"));
            Tab admin = another.open(URI.create("http://ada:ada-secret@" + site().authority() + "/admin/#rooms"));
            admin.awaitThat(shown -> assertThat(shown.elements("main tbody tr")).isNotEmpty());
            admin.run("location.hash = 'room/attic'");
            admin.awaitThat(shown -> assertThat(shown.element("main").getText()).contains("Room attic"));
            press(admin, "Purge…");
            WebElement go = admin.elements("dialog button.bad").get(0);
            admin.elements("dialog input").get(0).sendKeys("atti");
            assertThat(go.isEnabled()).isFalse();
            admin.elements("dialog input").get(0).sendKeys("c");
            assertThat(go.isEnabled()).isTrue();
            go.click();
            admin.awaitThat(
                    shown -> assertThat(shown.element("toast").getText()).isEqualTo("Done."));
            member.sendText("still here");
            assertThat(member.receiveText()).isEqualTo("You wrote: still here");
        }
        assertThat(send(by("ada", request("GET", "/api/v1/rooms/attic/messages", "")))
                        .body())
                .doesNotContain("old stuff");
        assertThat(send(by("vera", request("GET", "/api/v1/audit", ""))).body())
                .contains("DELETE rooms/attic/messages");
    }

    private static void press(Tab tab, String button) {
        tab.elements("main button").stream()
                .filter(one -> one.getText().equals(button))
                .findFirst()
                .orElseThrow()
                .click();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Test
    @Tag("system") // a browser
    void agesAreByTheClockOfTheNode() {
        try (RawWebSocket member = site().open("/ws/67?room=ages");
                Browser browser = Browser.start()) {
            Tab tab = browser.open(URI.create("http://vera:vera-secret@" + site().authority() + "/admin/#overview"));
            tab.awaitThat(shown -> assertThat(shown.element("state").getText()).isEqualTo("live"));
            tab.awaitThat(shown -> assertThat(shown.element("main").getText()).containsPattern("Memory\\s+\\d+ %"));
            tab.run("Date.now = () => 1e15; location.hash = 'connections/user/67'");
            tab.awaitThat(
                    shown -> assertThat(shown.elements("main tbody tr").get(0).getText())
                            .containsPattern(" \\d+ s ")
                            .doesNotContainPattern(" \\d+\\.\\d h "));
            member.sendText("still here");
            assertThat(member.receiveText()).isEqualTo("You wrote: still here");
        }
    }

    @Test
    @Tag("system") // a browser
    void operatorActsFromThePage() {
        try (RawWebSocket victim = site().open("/ws/66");
                Browser browser = Browser.start();
                Browser another = Browser.start()) {
            Tab tab = browser.open(
                    URI.create("http://otto:otto-secret@" + site().authority() + "/admin/#connections/user/66"));
            tab.awaitThat(shown -> assertThat(shown.elements("main tbody tr")).hasSize(1));
            tab.elements("main tbody button.bad").get(0).click();
            assertThat(tab.element("dialog").getText()).contains("of 66", "is closed");
            tab.elements("dialog button.bad").get(0).click();
            assertThat(victim.receiveWholeClose().code()).isEqualTo(4501);
            tab.awaitThat(shown -> assertThat(shown.element("toast").getText()).isEqualTo("Done."));
            Tab viewer = another.open(URI.create("http://vera:vera-secret@" + site().authority() + "/admin/#nodes"));
            viewer.awaitThat(
                    shown -> assertThat(shown.elements("main tbody tr")).hasSize(1));
        }
    }
}
