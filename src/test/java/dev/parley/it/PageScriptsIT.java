package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scripts of the pages do by themselves, whatever the server is. */
@Tag("system") // a browser
@Tag("standalone")
final class PageScriptsIT extends PagesInBrowser {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
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

    private Object inRetryModule(String expression) {
        return open("").runAsync(
                        "const [address, done] = arguments;" + "import(address).then(retry => done(" + expression
                                + "), error => done(String(error)))",
                        page("assets/retry.js").toString());
    }
}
