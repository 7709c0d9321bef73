package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ExecutableWar;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The chat over a restart of its server, whose log is gone then. */
@Tag("system") // a browser
@Tag("standalone")
final class ChatAppRestartIT {
    @Test
    void aRestartedServerIsNoticedAndWhatIsLostIsSaid() {
        try (Browser browser = Browser.start()) {
            URI site;
            ChatPage ann;
            ChatPage bob;
            try (ExecutableWar first = ExecutableWar.start("--port", "0")) {
                site = URI.create(first.url().toString());
                ann = ChatPage.open(browser, site, "lobby");
                bob = ChatPage.open(browser, site, "lobby");
                ann.tab().say("before");
                bob.awaitSaid("Client #" + ann.id() + " says: before");
            }
            ann.tab().awaitState("Reconnecting");
            assertThat(ann.tab().element("why").getText()).contains("The server is going away (1001)");
            bob.tab().awaitState("Reconnecting");
            bob.tab().say("from in between");

            try (ExecutableWar second = ExecutableWar.start("--port", Integer.toString(site.getPort()))) {
                assertThat(second.url().toString()).isEqualTo(site.toString());
                for (ChatPage page : List.of(ann, bob)) {
                    page.awaitConnectedAgain();
                    page.tab()
                            .awaitThat(tab -> assertThat(page.remarks())
                                    .anyMatch(remark -> remark.startsWith("Messages lost (epoch): ")));
                    assertThat(page.toast()).contains("lost (epoch)");
                }
                String bobId = bob.id();
                ann.awaitSaid("You wrote: before", "Client #" + bobId + " says: from in between");
                ann.awaitMembers(ann.id(), bobId);
                // What a browser says of attempts while nobody listens, and of one that the button took over from.
                assertThat(browser.closeTabs())
                        .allMatch(line -> line.contains("ERR_CONNECTION_")
                                || line.contains("closed before the connection is established"));
            }
        }
    }
}
