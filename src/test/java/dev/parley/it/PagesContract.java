package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * The pages in a real browser, under whichever context path the subclass deploys to.
 *
 * <p>Unless a test has said which messages it expects in the browser's console, there must be none: a violation of the
 * Content-Security-Policy, a missing file or an error in a script would be there.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
abstract class PagesContract {
    /** Without its offer to change to HTTP/2, which is an upgrade too. */
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static Browser browser;

    @ArquillianResource
    private URL base;

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void theConsoleIsClean() {
        assertThat(browser.closeTabs()).as("the browser's console").isEmpty();
    }

    private URI page(String path) {
        return URI.create(base.toString()).resolve(path);
    }

    private Tab open(String path) {
        return browser.open(page(path));
    }

    private Tab openChat() {
        Tab tab = open("guide-chat");
        tab.awaitState("Connected");
        return tab;
    }

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
    void whatWaitsForOneItemIsNotSentToAnother() {
        Tab tab = open("items");
        tab.element("token").clear();
        connect(tab);
        tab.awaitState("Refused");
        tab.say("for foo");
        assertThat(tab.pending()).containsExactly("for foo");

        tab.element("itemId").sendKeys("d");
        tab.element("token").sendKeys("t");
        connect(tab);
        tab.awaitState("Connected");
        tab.say("for food");

        tab.awaitMessages("Session cookie or query token value is: t", "Message text was: for food, for item ID: food");
        assertThat(browser.closeTabs()).isNotEmpty().allMatch(line -> line.contains("403"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "a/b", ""})
    void anItemThatCannotBeAPathSegmentIsNotAskedFor(String itemId) {
        Tab tab = open("items");
        tab.element("itemId").clear();
        tab.element("itemId").sendKeys(itemId);

        connect(tab);

        assertThat(tab.run("return document.querySelector('#itemId:invalid') !== null"))
                .isEqualTo(true);
        assertThat(tab.state()).isEqualTo("Not connected");
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
    void aMessageIsTextWhateverIsInIt() {
        String message = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        Tab ann = openChat();
        Tab bob = openChat();
        String images = "return document.images.length";
        Object before = bob.run(images);

        ann.say(message);

        bob.awaitMessages("Client #" + ann.element("ws-id").getText() + " says: " + message);
        for (Tab tab : List.of(ann, bob)) {
            assertThat(tab.elements("#messages > li"))
                    .allSatisfy(item -> assertThat(item.getText()).endsWith(message));
            assertThat(tab.elements("#messages li > :not(span), #messages li > span *"))
                    .isEmpty();
            assertThat(tab.run(images)).isEqualTo(before);
            assertThat(tab.title()).isEqualTo("Chat");
        }
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
    void whoComesBackToTheChatIsStillTheSame() {
        try (Relay relay = Relay.to(page(""))) {
            Tab tab = browser.open(relay.address().resolve("guide-chat"));
            tab.awaitState("Connected");
            String id = tab.element("ws-id").getText();

            relay.cut();
            tab.awaitState("Reconnecting");
            relay.restore();

            tab.awaitState("Connected");
            tab.say("back");
            tab.awaitMessages("You wrote: back", "Client #" + id + " says: back");
            assertThat(browser.closeTabs()).allMatch(line -> line.contains("ERR_CONNECTION_"));
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

    @Test
    void theLogKeepsTheLatestThousandLines() {
        Tab tab = open("echo");
        tab.awaitState("Connected");

        tab.run("""
                const input = document.getElementById('messageText');
                for (let i = 1; i <= 1200; i++) {
                  input.value = i;
                  input.form.requestSubmit();
                }""");

        tab.awaitThat(page -> assertThat(page.messages())
                .hasSize(1000)
                .startsWith("Message text was: 201")
                .endsWith("Message text was: 1200"));
        assertThat(tab.element("trimmed").getDomProperty("hidden")).isEqualTo("false");
        assertThat(tab.run("const log = document.getElementById('log');"
                        + "return log.querySelector('li:last-child').getBoundingClientRect().bottom"
                        + " <= log.getBoundingClientRect().bottom"))
                .as("the latest line is in view")
                .isEqualTo(true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "echo", "items", "guide-chat"})
    void nothingSticksOutOnAPhone(String path) {
        Tab tab = browser.openOnPhone(page(path));
        if (path.equals("echo") || path.equals("guide-chat")) {
            tab.awaitState("Connected");
            tab.say("W".repeat(300));
            tab.awaitThat(page -> assertThat(page.messages()).isNotEmpty());
        }

        assertThat(tab.run("return window.innerWidth")).isEqualTo(375L);
        assertThat(tab.run("""
                return Array.from(document.querySelectorAll('body *'))
                    .filter(element => element.getBoundingClientRect().right > 375 || element.scrollWidth > 375)
                    .map(element => element.outerHTML)""")).isEqualTo(List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "1000, false",
        "1001, true",
        "1002, false",
        "1003, false",
        "1005, true",
        "1006, true",
        "1007, false",
        "1008, false",
        "1009, false",
        "1011, true",
        "3000, true",
        "4001, true",
        "4499, true",
        "4500, false",
        "4999, false"
    })
    void theCloseCodeTellsWhetherToComeBack(int code, boolean comesBack) {
        assertThat(inRetryModule("retry.isWorthRetrying(" + code + ")")).isEqualTo(comesBack);
    }

    @Test
    void theDelayGrowsAndIsSpreadOut() {
        assertThat(inRetryModule("[1, 2, 3, 7, 50].map(n => retry.delayAfter(n, false, () => 1))"))
                .isEqualTo(List.of(500L, 1000L, 2000L, 30_000L, 30_000L));
        assertThat(inRetryModule("[1, 2, 3, 7, 50].map(n => retry.delayAfter(n, false, () => 0))"))
                .isEqualTo(List.of(0L, 0L, 0L, 0L, 0L));
        assertThat(inRetryModule("[1, 2, 50].map(n => retry.delayAfter(n, true, () => 1))"))
                .isEqualTo(List.of(4000L, 8000L, 60_000L));
        assertThat(inRetryModule("[1, 2, 50].map(n => retry.delayAfter(n, true, () => 0))"))
                .isEqualTo(List.of(2000L, 2000L, 2000L));
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

    private static void connect(Tab tab) {
        tab.element("visit").findElement(By.tagName("button")).click();
    }

    private Object inRetryModule(String expression) {
        return open("").runAsync(
                        "const [address, done] = arguments;" + "import(address).then(retry => done(" + expression
                                + "), error => done(String(error)))",
                        page("assets/retry.js").toString());
    }
}
