package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import java.time.Duration;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Who writes in the chat, as the others see it. */
@Tag("standalone")
final class TypingIT extends PagesInBrowser {
    private final String room = "r-" + UUID.randomUUID();

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }

    private ChatPage open() {
        return ChatPage.open(browser, page(""), room);
    }

    private static void awaitHint(ChatPage page, String hint) {
        page.tab().awaitThat(tab -> assertThat(hintOf(page)).isEqualTo(hint));
    }

    private static String hintOf(ChatPage page) {
        return page.tab().element("typing").getText();
    }

    @Test
    void twoSeeEachOtherTypeAndTheHintGoesByItselfAndIsKeptNowhere() {
        ChatPage ann = open();
        ChatPage bob = open();
        String annId = ann.id();
        String bobId = bob.id();

        long began = System.nanoTime();
        ann.tab().element("messageText").sendKeys("h");
        awaitHint(bob, "Client #" + annId + " is typing…");
        bob.tab().element("messageText").sendKeys("w");
        awaitHint(ann, "Client #" + bobId + " is typing…");

        awaitHint(bob, "");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(9));
        awaitHint(ann, "");
        ChatPage late = open();
        assertThat(hintOf(late)).isEmpty();
        late.tab().say("first");
        late.awaitSaid("You wrote: first");
        assertThat(ann.remarks()).isEmpty();
        assertThat(ann.tab().runAsync("""
                        const [room, done] = arguments;
                        import(new URL('parley.js', document.baseURI)).then(async ({ connect }) => {
                          const client = connect('rooms', { credential: { user: 'auditor' } });
                          const { messages } = await client.join(room).history();
                          client.close();
                          done(messages.map(({ seq, data }) => `${seq} ${data}`).join());
                        });""", room)).isEqualTo("1 first");
    }

    @Test
    void theHintGoesWithTheMessageAndWhenAllIsTakenBack() {
        ChatPage ann = open();
        ChatPage bob = open();
        String annId = ann.id();

        ann.tab().element("messageText").sendKeys("h");
        awaitHint(bob, "Client #" + annId + " is typing…");
        long typed = System.nanoTime();
        ann.tab().element("messageText").sendKeys(Keys.BACK_SPACE);
        awaitHint(bob, "");
        ann.tab().element("messageText").sendKeys("hello");
        awaitHint(bob, "Client #" + annId + " is typing…");
        ann.tab().element("messageText").sendKeys(Keys.ENTER);
        bob.awaitSaid("Client #" + annId + " says: hello");
        assertThat(hintOf(bob)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - typed))
                .as("before it goes by itself")
                .isLessThan(Duration.ofSeconds(5));
    }
}
