package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * The chat in a real browser, under a context path. Each test has a room of its own; who comes through a {@link Relay} comes
 * from another origin, so it is another visitor to the browser, too.
 *
 * <p>Unless a test has said which messages it expects in the browser's console, there must be none. What the browser is told does not
 * depend on the server, as {@code RoomsIT} shows on each, so one is enough.
 */
@Tag("standalone")
final class ChatAppIT extends PagesInBrowser {
    private final String room = "r-" + UUID.randomUUID();

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }

    private URI site() {
        return page("");
    }

    private ChatPage open() {
        return ChatPage.open(browser, site(), room);
    }

    @Test
    void whoLosesTheNetworkGetsWhatWasMissedOnceAndInOrder() {
        try (Relay relay = Relay.to(site())) {
            ChatPage ann = open();
            ChatPage bob = ChatPage.open(browser, relay.address(), room);
            String annId = ann.id();
            String bobId = bob.id();
            ann.awaitMembers(annId, bobId);
            bob.awaitMembers(annId, bobId);
            ann.tab().say("before");
            bob.awaitSaid("Client #" + annId + " says: before");

            relay.cut();
            bob.tab().awaitState("Reconnecting");
            List<String> missed = ChatPage.numbered("missed ", 30);
            ann.sayAll(missed);
            bob.tab().say("from the dark");
            assertThat(bob.tab().pending()).containsExactly("from the dark");
            List<String> own = new ArrayList<>(List.of("You wrote: before"));
            missed.forEach(text -> own.add("You wrote: " + text));
            ann.awaitSaid(own);
            assertThat(ann.members()).as("who will be back soon has not left").contains(bobId);

            relay.restore();
            bob.tab().awaitThat(tab -> assertThat(bob.toast()).endsWith("resumed, 30 missed messages"));
            List<String> all = new ArrayList<>(List.of("Client #" + annId + " says: before"));
            missed.forEach(text -> all.add("Client #" + annId + " says: " + text));
            all.add("You wrote: from the dark");
            bob.awaitSaid(all);
            assertThat(bob.mark()).isEqualTo("30 missed messages");
            assertThat(bob.tab().pending()).isEmpty();
            bob.awaitMembers(annId, bobId);
            own.add("Client #" + bobId + " says: from the dark");
            ann.awaitSaid(own);
            ann.awaitMembers(annId, bobId);
            assertThat(ann.remarks()).isEmpty();
            assertThat(browser.closeTabs()).allMatch(line -> line.contains("ERR_CONNECTION_"));
        }
    }

    @Test
    void whoIsAwayForLongHasLeftAndComesBack() {
        try (Relay relay = Relay.to(site())) {
            ChatPage ann = open();
            ChatPage bob = ChatPage.open(browser, relay.address(), room);
            String annId = ann.id();
            String bobId = bob.id();
            ann.awaitMembers(annId, bobId);

            relay.cut();
            ann.awaitMembers(annId);
            ann.tab()
                    .awaitThat(tab -> assertThat(ann.remarks()).containsExactly("Client #" + bobId + " left the chat"));

            relay.restore();
            bob.awaitConnectedAgain();
            ann.awaitMembers(annId, bobId);
            bob.awaitMembers(annId, bobId);
            assertThat(browser.closeTabs()).allMatch(line -> line.contains("ERR_CONNECTION_"));
        }
    }

    @Test
    void whatIsSaidElsewhereIsMarkedUntilItIsRead() {
        String other = "s-" + UUID.randomUUID();
        ChatPage bob = ChatPage.open(browser, site(), other);
        ChatPage ann = ChatPage.open(browser, site(), other);
        ann.tab().element("room-name").sendKeys(room, Keys.ENTER);
        ann.awaitIn(room);

        bob.tab().say("one");
        bob.tab().say("two");
        ann.tab()
                .awaitThat(tab -> assertThat(ann.roomLink(other).getText().replaceAll("\\s+", " "))
                        .isEqualTo(other + " 2 unread"));
        ann.roomLink(other).click();

        String bobId = bob.id();
        ann.awaitSaid("Client #" + bobId + " says: one", "Client #" + bobId + " says: two");
        assertThat(ann.mark()).isEqualTo("New");
        ann.tab().awaitThat(tab -> assertThat(ann.roomLink(other).getText()).isEqualTo(other));
        assertThat(ann.tab().address()).endsWith("/chat?room=" + other);
        ann.tab().run("history.back()");
        ann.awaitIn(room);
    }

    @Test
    void whatIsOlderComesWhenTheReaderScrollsUp() {
        ChatPage ann = open();
        ann.sayAll(ChatPage.numbered("line ", 120));
        ann.tab().awaitThat(tab -> assertThat(ann.said()).hasSize(120));

        try (Relay relay = Relay.to(site())) {
            ChatPage bob = ChatPage.open(browser, relay.address(), room);
            bob.tab().awaitThat(tab -> assertThat(bob.said()).hasSize(50));
            String top = "const log = document.getElementById('log'); log.scrollTop = -log.scrollHeight";
            bob.tab().run(top);
            bob.tab().awaitThat(tab -> assertThat(bob.said()).hasSize(100));
            bob.tab().run(top);

            String annId = ann.id();
            bob.awaitSaid(ChatPage.numbered("Client #" + annId + " says: line ", 120));
            bob.tab()
                    .awaitThat(tab -> assertThat(tab.run("return Array.from(document.querySelectorAll("
                                    + "'.trimmed:not([hidden])'), element => element.textContent)"))
                            .isEqualTo(List.of("This is where #" + room + " begins.")));
            assertThat(browser.closeTabs()).isEmpty();
        }
    }

    @Test
    void aMessageIsTextWhateverIsInIt() {
        String message = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        ChatPage ann = open();
        ChatPage bob = open();
        String annId = ann.id();

        ann.tab().say(message);

        bob.awaitSaid("Client #" + annId + " says: " + message);
        for (ChatPage page : List.of(ann, bob)) {
            assertThat(page.tab().elements("#messages img, #messages script")).isEmpty();
            assertThat(page.tab().title()).isEqualTo("Chat");
        }
    }

    @Test
    void whatIsTooLongAsAFrameStaysWithItsWriter() {
        ChatPage ann = open();
        String id = ann.id();

        // Under the limit as text, and over it as JSON: each line break is two bytes there.
        ann.tab().run("""
                const input = document.getElementById('messageText');
                input.value = 'x\\n'.repeat(30_000);
                input.form.requestSubmit();""");

        ann.tab().awaitThat(tab -> assertThat(ann.toast()).matches("Not sent, too long by \\d+ bytes\\."));
        assertThat(ann.tab().run("return document.getElementById('messageText').value.length"))
                .isEqualTo(60_000L);
        assertThat(ann.tab().pending()).isEmpty();
        assertThat(ann.tab().state()).isEqualTo("Connected");
        ann.tab().run("document.getElementById('messageText').value = ''");
        ann.tab().say("shorter");
        ann.awaitSaid("You wrote: shorter");
        assertThat(ann.id()).isEqualTo(id);
    }

    @Test
    void aLostNetworkIsNoticedAtOnce() {
        ChatPage ann = open();

        ann.tab().run("dispatchEvent(new Event('offline'))");
        ann.tab().awaitState("Reconnecting");
        assertThat(ann.tab().element("why").getText()).isEqualTo("This device is offline.");
        assertThat(ann.tab().element("countdown").getText()).isEmpty();

        ann.tab().run("dispatchEvent(new Event('online'))");
        ann.tab().awaitState("Connected");
        ann.tab().say("back");
        ann.awaitSaid("You wrote: back");
    }

    @Test
    void aNameIsSeenByTheOthersAndKept() {
        try (Relay relay = Relay.to(site())) {
            ChatPage ann = ChatPage.open(browser, relay.address(), room);
            ChatPage bob = open();
            String bobId = bob.id();

            ann.is("Ann O'Hara <3");
            ann.tab().say("hello");

            bob.awaitSaid("Ann O'Hara <3 says: hello");
            bob.tab().awaitThat(tab -> assertThat(bob.members()).contains("Ann O'Hara <3", bobId));
            ChatPage again = ChatPage.open(browser, relay.address(), room);
            assertThat(again.id()).isEqualTo("Ann O'Hara <3");
            again.awaitSaid("You wrote: hello");
            assertThat(browser.closeTabs()).isEmpty();
        }
    }

    @Test
    void theGuidesPageAndTheChatShareTheLobby() {
        ChatPage ann = ChatPage.open(browser, site(), "lobby");
        String annId = ann.id();
        ann.tab()
                .awaitThat(tab ->
                        assertThat(ann.members()).as("earlier guests have left").hasSize(1));
        Tab guide = browser.open(site().resolve("guide-chat"));
        guide.awaitState("Connected");
        String guideId = guide.element("ws-id").getText();

        guide.say("plainly");
        ann.tab()
                .awaitThat(tab ->
                        assertThat(ann.said()).last().asString().isEqualTo("Client #" + guideId + " says: plainly"));
        ann.tab().say("in JSON");
        guide.awaitMessages(
                "You wrote: plainly", "Client #" + guideId + " says: plainly", "Client #" + annId + " says: in JSON");
        guide.close();

        ann.tab().awaitThat(tab -> assertThat(ann.remarks()).contains("Client #" + guideId + " left the chat"));
        ann.tab().awaitThat(tab -> assertThat(ann.members()).doesNotContain(guideId));
        assertThat(ann.remarks())
                .filteredOn(("Client #" + guideId + " left the chat")::equals)
                .as("told once, though log and presence both tell it")
                .hasSize(1);
    }

    @Test
    void itCanBeUsedWithoutAMouse() {
        ChatPage ann = open();
        Tab tab = ann.tab();
        assertThat(tab.run("return document.activeElement.id")).isEqualTo("messageText");

        tab.element("messageText").sendKeys("first", Keys.chord(Keys.SHIFT, Keys.ENTER), "second", Keys.ENTER);
        ann.awaitSaid("You wrote: first\nsecond");

        String first = tab.elements("#rooms a").get(0).getText();
        assertThat(first).isNotEqualTo(room);
        tab.element("messageText").sendKeys(Keys.chord(Keys.ALT, Keys.ARROW_DOWN));
        ann.awaitIn(first);
        tab.element("messageText").sendKeys(Keys.chord(Keys.ALT, Keys.ARROW_UP));
        ann.awaitIn(room);
        assertThat(tab.run("return document.activeElement.id")).isEqualTo("messageText");

        tab.element("rename").sendKeys(Keys.ENTER);
        assertThat(tab.run("return document.activeElement.id")).isEqualTo("identity-name");
        tab.element("identity-name").sendKeys(Keys.ESCAPE);
        assertThat(tab.run("return document.activeElement.id")).isEqualTo("rename");
    }

    @Test
    void whoCannotSeeItIsToldWhatMatters() {
        ChatPage ann = open();
        ChatPage bob = open();
        String bobId = bob.id();
        ann.awaitMembers(ann.id(), bobId);

        bob.tab().say("can you hear me?");

        ann.tab()
                .awaitThat(tab -> assertThat(tab.element("announcer").getText())
                        .isEqualTo("Client #" + bobId + " says: can you hear me?"));
        assertThat(ann.tab().element("log").getAriaRole()).isEqualTo("log");
        assertThat(ann.tab().elements("button, input, textarea, a"))
                .filteredOn(WebElement::isDisplayed)
                .allSatisfy(element -> assertThat(element.getAccessibleName())
                        .as(element.getTagName() + " " + element.getAttribute("id"))
                        .isNotBlank());
        assertThat(ann.tab()
                        .run("const ids = Array.from(document.querySelectorAll('[id]'), element => element.id);"
                                + "return ids.filter((id, at) => ids.indexOf(id) !== at)"))
                .isEqualTo(List.of());
    }

    @Test
    void onAPhoneRoomsAndMembersAreDrawers() {
        ChatPage ann = ChatPage.openOnPhone(browser, site(), room);
        Tab tab = ann.tab();
        tab.say("W".repeat(300));
        tab.awaitThat(page -> assertThat(ann.said()).hasSize(1));

        nothingSticksOut(tab);
        assertThat(tab.element("rooms-pane").isDisplayed()).isFalse();
        tab.element("open-rooms").click();
        assertThat(tab.element("rooms-pane").isDisplayed()).isTrue();
        nothingSticksOut(tab);
        ann.roomLink("lobby").click();
        ann.awaitIn("lobby");
        assertThat(tab.element("rooms-pane").isDisplayed()).isFalse();
        tab.element("open-members").click();
        assertThat(tab.element("members-pane").isDisplayed()).isTrue();
        nothingSticksOut(tab);
        tab.elements("body").get(0).sendKeys(Keys.ESCAPE);
        assertThat(tab.element("members-pane").isDisplayed()).isFalse();
        assertThat(tab.element("messageText").getSize().getHeight()).isGreaterThanOrEqualTo(44);
    }

    private static void nothingSticksOut(Tab tab) {
        assertThat(tab.run("return window.innerWidth")).isEqualTo(375L);
        assertThat(tab.run("""
                return Array.from(document.querySelectorAll('body *'))
                    .filter(element => element.getBoundingClientRect().right > 375)
                    .map(element => element.outerHTML)""")).isEqualTo(List.of());
    }
}
