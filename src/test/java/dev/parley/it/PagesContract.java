package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The pages in a real browser, under whichever context path the subclass deploys to. */
abstract class PagesContract extends PagesInBrowser {
    /** Without its offer to change to HTTP/2, which is an upgrade too. */
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void theFirstPageTellsWhatIsRunningAndLeadsToTheOthers() {
        Tab tab = open("");
        assertThat(tab.title()).isEqualTo("Parley");
        assertThat(tab.elements("dd"))
                .hasSize(5)
                .allMatch(fact -> !fact.getText().isBlank());

        for (String name : List.of("Echo", "Items", "Chat")) {
            tab.link(name).click();
            assertThat(tab.address())
                    .isEqualTo(page(name.toLowerCase(Locale.ROOT)).toString());
            tab.link("Parley").click();
            assertThat(tab.address()).isEqualTo(page("").toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo", "items", "chat", "guide-chat"})
    void aPageThatTalksHasTheGuidesFace(String path) {
        Tab tab = open(path);

        assertThat(tab.title()).isEqualTo("Chat");
        assertThat(tab.elements("h1")).extracting(WebElement::getText).containsExactly("WebSocket Chat");
        assertThat(tab.element("messages").getTagName()).isEqualTo("ul");
        assertThat(tab.element("messageText").getAccessibleName()).isEqualTo("Message");
    }

    @Test
    void echoAnswersAndTheInputIsReadyForMore() {
        Tab tab = open("echo");
        tab.awaitState("Connected");

        tab.say("hello");
        tab.element("messageText").sendKeys("by the button");
        tab.element("send").click();

        tab.awaitMessages("Message text was: hello", "Message text was: by the button");
        assertThat(tab.element("messageText").getDomProperty("value")).isEmpty();
        assertThat(tab.run("return document.activeElement.id")).isEqualTo("messageText");
    }

    @Test
    void itemsAnswersWithTokenAndItem() {
        Tab tab = open("items");
        assertThat(tab.element("itemId").getDomProperty("value")).isEqualTo("foo");
        assertThat(tab.element("token").getDomProperty("value")).isEqualTo("some-key-token");
        assertThat(tab.element("send").isEnabled()).isFalse();

        tab.element("itemId").clear();
        tab.element("itemId").sendKeys("€ 5 + a%b");
        connect(tab);
        tab.awaitState("Connected");
        tab.say("hello");

        tab.awaitMessages(
                "Session cookie or query token value is: some-key-token",
                "Message text was: hello, for item ID: € 5 + a%b");
    }

    @Test
    void itemsWithoutTokenIsRefusedAndDoesNotHammer() {
        Tab tab = open("items");
        tab.element("token").clear();

        connect(tab);
        tab.awaitState("Refused");

        assertThat(tab.element("why").getText()).contains("refused", "token");
        assertThat(tab.element("countdown").getText()).matches("next try in \\d s");
        tab.element("token").sendKeys("another", Keys.ENTER);
        tab.awaitState("Connected");
        assertThat(tab.element("notice").isDisplayed()).isFalse();
        assertThat(browser.closeTabs()).hasSizeBetween(1, 2).allMatch(line -> line.contains("403"));
    }

    @Test
    void twoTabsChatAndOneReadsThatTheOtherLeft() {
        Tab ann = openChat();
        Tab bob = openChat();
        String annId = ann.element("ws-id").getText();
        String bobId = bob.element("ws-id").getText();
        assertThat(annId).containsOnlyDigits().isNotEqualTo(bobId);

        ann.say("anybody here?");
        bob.awaitMessages("Client #" + annId + " says: anybody here?");
        bob.say("me");
        ann.awaitMessages(
                "You wrote: anybody here?",
                "Client #" + annId + " says: anybody here?",
                "Client #" + bobId + " says: me");
        bob.close();

        ann.awaitThat(
                tab -> assertThat(tab.messages()).last().asString().isEqualTo("Client #" + bobId + " left the chat"));
    }

    @Test
    void aLostConnectionComesBackAndSendsWhatWaited() {
        try (Relay relay = Relay.to(page(""))) {
            Tab tab = browser.open(relay.address().resolve("echo"));
            tab.awaitState("Connected");
            tab.say("before");
            tab.awaitMessages("Message text was: before");

            relay.cut();
            tab.awaitState("Reconnecting");
            tab.awaitThat(page -> assertThat(page.element("why").getText()).contains("cannot be reached"));
            tab.say("meanwhile");
            assertThat(tab.pending()).containsExactly("meanwhile");

            relay.restore();
            tab.awaitState("Connected");
            tab.awaitMessages("Message text was: before", "Message text was: meanwhile");
            assertThat(tab.pending()).isEmpty();
            assertThat(tab.element("notice").isDisplayed()).isFalse();
            assertThat(browser.closeTabs()).isNotEmpty().allMatch(line -> line.contains("ERR_CONNECTION_"));
        }
    }

    @Test
    void aMessageThatIsTooBigEndsTheConversation() {
        Tab tab = open("echo");
        tab.awaitState("Connected");

        tab.run("document.getElementById('messageText').value = 'x'.repeat(1024 * 1024 + 1)");
        tab.element("send").click();

        tab.awaitState("Closed");
        assertThat(tab.element("why").getText()).startsWith("The message was too big (1009).");
        assertThat(tab.element("send").isEnabled()).isFalse();

        tab.element("retry").click();
        tab.awaitState("Connected");
        assertThat(tab.element("send").isEnabled()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "ws, 404",
        "ws/5, 404",
        "items/foo/ws, 404",
        "META-INF/MANIFEST.MF, 404",
        "chat/, 404",
        "chat, 200",
        "parley.js, 200"
    })
    void onlyThePagesAreThereOverPlainHttp(String path, int status) throws Exception {
        HttpResponse<String> response =
                HTTP.send(HttpRequest.newBuilder(page(path)).build(), BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(status);
        if (!path.startsWith("META-INF")) { // there a server may answer itself, before any servlet
            assertThat(response.headers().firstValue("Content-Security-Policy")).isPresent();
        }
    }

    @Test
    void whatTheBrowserHasIsNotSentAgain() throws Exception {
        URI style = page("assets/parley.css");
        String tag = HTTP.send(HttpRequest.newBuilder(style).build(), BodyHandlers.ofString())
                .headers()
                .firstValue("ETag")
                .orElseThrow();

        HttpResponse<String> again = HTTP.send(
                HttpRequest.newBuilder(style).header("If-None-Match", tag).build(), BodyHandlers.ofString());

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }
}
