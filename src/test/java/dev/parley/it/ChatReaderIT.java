package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What makes the chat a good one for whoever reads it, in a real browser. Each test has a room of its own. */
@Tag("standalone")
@Tag("system") // a browser
final class ChatReaderIT {
    /** Records what a page does with notifications, which the browser of the tests has no place to show. */
    private static final String NOTIFICATIONS = """
            window.asked = 0;
            window.told = [];
            window.Notification = class {
              static permission = 'default';
              static async requestPermission() {
                window.asked++;
                return (this.permission = 'granted');
              }
              constructor(title, { body }) {
                window.told.push(`${title}: ${body}`);
              }
              close() {}
            };""";

    private static ExecutableWar war;
    private static Browser browser;

    private final String room = "r-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        war = ExecutableWar.start("--host", "127.0.0.1", "--port", "0");
        browser = Browser.start();
    }

    @AfterAll
    static void stop() {
        browser.close();
        war.close();
    }

    @AfterEach
    void theConsoleIsClean() {
        assertThat(browser.closeTabs()).as("the browser's console").isEmpty();
    }

    private static URI site() {
        return URI.create(war.url().toString());
    }

    private ChatPage open() {
        return ChatPage.open(browser, site(), room);
    }

    private RawWebSocket plain(int id) {
        return Site.at(war.url()).open("/ws/" + id + "?room=" + room);
    }

    private void send(ChatPage page, String data) {
        page.tab().runAsync("""
                const [room, data, done] = arguments;
                import(new URL('parley.js', document.baseURI)).then(async ({ connect }) => {
                  const client = connect('rooms', { credential: () => ({ user: 'shop' }) });
                  await client.join(room).send(JSON.parse(data));
                  client.close();
                  done();
                });""", room, data);
    }

    /** Of which the first would stop a reader of that name from reading, and the other everybody. */
    @Test
    void aNameMayHaveAHyphenAndAnAddressManyBrackets() {
        Object read = open().tab().runAsync("""
                const [done] = arguments;
                const module = (name) => import(new URL(`assets/${name}.js`, document.baseURI));
                Promise.all([module('mentions'), module('links')]).then(
                  ([{ mentions }, { linked }]) => done([
                    mentions('Jean-Paul', 'ask Jean-Paul'),
                    mentions('Jean-Paul', 'ask Jean'),
                    ...linked(`http://x/${')'.repeat(60_000)}`).map((node) => node.textContent ?? node.length),
                  ]),
                  (error) => done(String(error)));""");

        assertThat(read).isEqualTo(List.of(true, false, "http://x/", 60_000L));
    }

    @Test
    void webAddressesAreLinksAndNothingElseIs() {
        String text =
                "see https://example.com/a_(b)?c=d, or (http://example.org). Not javascript:alert(1) nor ftp://x <b>";
        ChatPage ann = open();

        ann.tab().say(text);

        ann.awaitSaid("You wrote: " + text);
        List<WebElement> links = ann.tab().elements("#messages a");
        assertThat(links)
                .extracting(WebElement::getText)
                .containsExactly("https://example.com/a_(b)?c=d", "http://example.org");
        assertThat(links).allSatisfy(link -> {
            assertThat(link.getDomAttribute("rel")).contains("noopener", "noreferrer");
            assertThat(link.getDomAttribute("target")).isEqualTo("_blank");
        });
        assertThat(links)
                .first()
                .extracting(link -> link.getDomAttribute("href"))
                .isEqualTo("https://example.com/a_(b)?c=d");
        assertThat(ann.tab().elements("#messages b")).isEmpty();
    }

    @Test
    void aNameIsAskedForAtTheFirstVisitAndKept() {
        try (Relay relay = Relay.to(site())) {
            ChatPage ann = ChatPage.open(browser, relay.address(), room);
            assertThat(ann.tab().element("welcome").isDisplayed()).isTrue();

            ann.tab().element("welcome-name").sendKeys("Ann", Keys.ENTER);
            ann.tab().awaitThat(tab -> assertThat(ann.id()).isEqualTo("Ann"));
            ann.tab().awaitState("Connected");
            assertThat(ann.tab().element("welcome").isDisplayed()).isFalse();

            ann.tab().reload();
            ChatPage again = ChatPage.in(ann.tab(), room);
            assertThat(again.id()).isEqualTo("Ann");
            assertThat(again.tab().element("welcome").isDisplayed()).isFalse();
            assertThat(browser.closeTabs()).isEmpty();
        }
    }

    @Test
    void aGuestIsTheSameAfterAReloadAndIsNotAskedAgain() {
        try (Relay relay = Relay.to(site())) {
            ChatPage ann = ChatPage.open(browser, relay.address(), room);
            String id = ann.id();
            ann.tab().element("stay-guest").click();
            assertThat(ann.tab().run("return document.activeElement.id")).isEqualTo("messageText");
            ann.tab().say("mine");
            ann.awaitSaid("You wrote: mine");

            ann.tab().reload();
            ChatPage again = ChatPage.in(ann.tab(), room);

            assertThat(again.id()).isEqualTo(id);
            again.awaitSaid("You wrote: mine");
            assertThat(again.tab().element("welcome").isDisplayed()).isFalse();
            assertThat(ChatPage.open(browser, relay.address(), room).id())
                    .as("another tab is another guest")
                    .isNotEqualTo(id);
            assertThat(browser.closeTabs()).isEmpty();
        }
    }

    @Test
    void whoIsMentionedSeesItAndIsNotifiedOnlyAfterAsking() {
        String other = "s-" + UUID.randomUUID();
        ChatPage bob = ChatPage.open(browser, site(), room);
        Tab tab = browser.open(site().resolve("chat?room=" + room), NOTIFICATIONS);
        ChatPage ann = ChatPage.in(tab, room);
        String annId = ann.id();
        tab.element("room-name").sendKeys(other, Keys.ENTER);
        ann.awaitIn(other);

        bob.tab().say("@" + annId + " first");
        tab.awaitThat(page -> assertThat(ann.roomLink(room).getText()).contains("1"));
        assertThat(tab.run("return window.asked + window.told.length")).isEqualTo(0L);

        tab.element("notify").click();
        tab.awaitThat(page -> assertThat(page.element("notify").getDomAttribute("aria-pressed"))
                .isEqualTo("true"));
        assertThat(tab.run("return window.asked")).isEqualTo(1L);
        bob.tab().say("nobody in particular");
        bob.tab().say("#" + annId + " second");
        tab.awaitThat(page -> assertThat(page.run("return window.told"))
                .isEqualTo(List.of("Parley #" + room + ": Client #" + bob.id() + " says: #" + annId + " second")));

        ann.roomLink(room).click();
        ann.awaitIn(room);
        tab.awaitThat(
                page -> assertThat(page.elements("#messages > [data-mention]")).hasSize(2));
        assertThat(tab.elements("#messages > [data-seq]")).hasSize(3);
    }

    @Test
    void aLongMessageIsFoldedUntilItIsWanted() {
        ChatPage ann = open();
        send(ann, "\"" + "word ".repeat(1_000) + "\"");

        ann.tab().awaitThat(tab -> assertThat(tab.elements("#messages .unfold")).hasSize(1));
        WebElement button = ann.tab().elements("#messages .unfold").get(0);
        WebElement text = ann.tab().elements("#messages .text").get(0);
        int folded = text.getSize().getHeight();
        assertThat(button.getText()).isEqualTo("Show all 5,000 characters");
        button.click();

        assertThat(button.getDomAttribute("aria-expanded")).isEqualTo("true");
        assertThat(text.getSize().getHeight()).isGreaterThan(2 * folded);
    }

    @Test
    void thoseWhoLeaveTogetherShareALine() {
        ChatPage ann = open();
        List<RawWebSocket> crowd =
                IntStream.rangeClosed(101, 140).mapToObj(this::plain).toList();
        ann.tab().awaitThat(tab -> assertThat(ann.members()).hasSize(41));

        crowd.forEach(RawWebSocket::close);

        ann.tab()
                .awaitThat(tab -> assertThat(ann.remarks())
                        .singleElement()
                        .asString()
                        .matches("Client #1\\d\\d and 39 others left the chat"));
    }

    @Test
    void whoReloadsHasNotLeft() {
        ChatPage ann = open();
        ChatPage bob = open();
        bob.tab().reload();
        ChatPage again = ChatPage.in(bob.tab(), room);
        again.tab().say("still here");
        ann.tab().awaitThat(tab -> assertThat(ann.said()).hasSize(1));
        try (RawWebSocket other = plain(7)) {
            ann.tab().awaitThat(tab -> assertThat(ann.members()).contains("7"));
            other.sendText("bye");
        }

        ann.tab().awaitThat(tab -> assertThat(ann.remarks()).contains("Client #7 left the chat"));
        assertThat(ann.remarks())
                .as("told later than that of the reload would have been")
                .hasSize(1);
    }

    @Test
    void theTextOfWhatABackendSaysIsShownAsText() {
        ChatPage ann = open();
        send(ann, "{\"text\":\"Order 42 has left the house.\",\"order\":42}");
        send(ann, "{\"order\":42}");

        ann.awaitSaid("shop says: Order 42 has left the house.", "shop says: {\"order\":42}");
    }

    @Test
    void wordsFromRightToLeftKeepTheirTimeOutside() {
        ChatPage ann = open();
        ann.tab().say("שלום עולם");
        ann.awaitSaid("You wrote: שלום עולם");

        assertThat(ann.tab().run("""
                const bubble = document.querySelector('#messages .bubble');
                const text = bubble.querySelector('.text');
                const time = getComputedStyle(bubble, '::after').content;
                return [getComputedStyle(text).direction, getComputedStyle(bubble).direction, /\\d/.test(time),
                    text.getBoundingClientRect().right + 20 < bubble.getBoundingClientRect().right];""")).isEqualTo(List.of("rtl", "ltr", true, true));
    }

    @Test
    void aNewDayHasALineOfItsOwn() {
        ChatPage ann = open();
        assertThat(ann.tab().runAsync("""
                const done = arguments[arguments.length - 1];
                import(new URL('assets/line.js', document.baseURI)).then(({ arrange, messageLine }) => {
                  const list = document.getElementById('messages');
                  const day = 24 * 3600 * 1000;
                  const times = [Date.now() - 3 * day, Date.now() - 3 * day + 1000, Date.now()];
                  times.forEach((at, seq) => {
                    list.append(messageLine({ from: { user: 'x' }, data: 'y', at, seq }, false));
                    arrange(list.lastElementChild);
                  });
                  done([...list.children].map(({ dataset }) => dataset.day));
                });"""))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .satisfiesExactly(
                        first -> assertThat(first).asString().matches("\\p{L}+.*\\d.*"),
                        same -> assertThat(same).isEqualTo(""),
                        today -> assertThat(today).isEqualTo("Today"));
    }

    @Test
    void whatWasReadAsItCameIsNotNewAfterAReload() {
        String other = "s-" + UUID.randomUUID();
        ChatPage bob = open();
        ChatPage ann = open();
        bob.tab().say("one");
        bob.tab().say("two");
        ann.tab().awaitThat(tab -> assertThat(ann.said()).hasSize(2));
        ann.tab().element("room-name").sendKeys(other, Keys.ENTER);
        ann.awaitIn(other);

        ann.tab().reload();
        ChatPage again = ChatPage.in(ann.tab(), other);
        bob.tab().say("three");

        again.tab()
                .awaitThat(tab -> assertThat(again.roomLink(room).getText().replaceAll("\\s+", " "))
                        .isEqualTo(room + " 1 unread"));
    }

    @Test
    void theNetworkCanBeCutToSeeHowItIsResumed() {
        ChatPage ann = open();
        ChatPage bob = open();
        ann.awaitMembers(ann.id(), bob.id());

        ann.tab().element("cut").click();
        ann.tab().awaitState("Reconnecting");
        assertThat(ann.tab().element("why").getText()).startsWith("You have cut the network");
        assertThat(ann.tab().element("countdown").getText()).matches("in \\d s");
        bob.tab().say("can you hear me?");

        ann.tab().awaitThat(tab -> assertThat(ann.toast()).endsWith("resumed, 1 missed message"));
        ann.awaitSaid("Client #" + bob.id() + " says: can you hear me?");
        assertThat(ann.mark()).isEqualTo("1 missed message");
        assertThat(ann.tab().element("cut").isEnabled()).isTrue();
        assertThat(bob.remarks()).isEmpty();
    }

    @Test
    void signInSaysWhatWasWrong(@TempDir Path directory) throws IOException {
        TokenIssuer issuer = TokenIssuer.in(directory);
        try (ExecutableWar locked = ExecutableWar.startOnAnyPort(issuer.trustedBy("-Xmx256m"))) {
            Tab tab = browser.open(URI.create(locked.url().toString()).resolve("chat?room=" + room));
            tab.awaitThat(
                    page -> assertThat(page.element("identity-title").getText()).isEqualTo("Sign in"));
            assertThat(tab.element("identity-fault").getText()).isEmpty();

            signIn(tab, "swordfish");
            tab.awaitThat(page -> assertThat(page.element("identity-fault").getText())
                    .startsWith("That token was not accepted. It is no JSON Web Token"));
            signIn(tab, issuer.token("ann", Duration.ofHours(-1), Map.of()));
            tab.awaitThat(
                    page -> assertThat(page.element("identity-fault").getText()).contains("It expired on "));
            signIn(tab, issuer.token("ann", Duration.ofHours(1), Map.of("aud", "another")));
            tab.awaitThat(
                    page -> assertThat(page.element("identity-fault").getText()).contains("key, issuer or audience"));
            signIn(tab, issuer.token("ann", Duration.ofHours(1), Map.of()));
            tab.awaitState("Connected");
            assertThat(tab.element("ws-id").getText()).isEqualTo("ann");
            assertThat(tab.element("welcome").isDisplayed()).isFalse();
            assertThat(browser.closeTabs()).isEmpty();
        }
    }

    private static void signIn(Tab tab, String token) {
        tab.awaitThat(
                page -> assertThat(page.element("identity-name").isDisplayed()).isTrue());
        tab.element("identity-name").sendKeys(token, Keys.ENTER);
    }
}
