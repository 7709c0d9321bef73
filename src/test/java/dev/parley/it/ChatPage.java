package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import org.openqa.selenium.WebElement;

/** The chat in one tab: what its reader sees and does. For one thread. */
final class ChatPage {
    private final Tab tab;

    private ChatPage(Tab tab) {
        this.tab = tab;
    }

    /** Opens a room of the chat below {@code site}, and waits until it is in. */
    static ChatPage open(Browser browser, URI site, String room) {
        ChatPage page = new ChatPage(browser.open(site.resolve("chat?room=" + room)));
        page.awaitIn(room);
        return page;
    }

    /** The chat in a tab that shows it already. */
    static ChatPage in(Tab tab, String room) {
        ChatPage page = new ChatPage(tab);
        page.awaitIn(room);
        return page;
    }

    static ChatPage openOnPhone(Browser browser, URI site, String room) {
        ChatPage page = new ChatPage(browser.openOnPhone(site.resolve("chat?room=" + room)));
        page.awaitIn(room);
        return page;
    }

    Tab tab() {
        return tab;
    }

    void awaitIn(String room) {
        tab.awaitState("Connected");
        tab.awaitThat(page -> {
            assertThat(page.element("room-title").getText()).isEqualTo(room);
            assertThat(page.run("return document.getElementById('head-count').textContent"))
                    .isNotEqualTo("");
        });
    }

    /** Asks for another try at once, whenever the page is waiting for one. */
    void awaitConnectedAgain() {
        tab.awaitThat(page -> {
            // In one step, since the button goes when the page tries by itself.
            page.run("const retry = document.getElementById('retry'); if (retry.offsetParent) retry.click();");
            assertThat(page.state()).isEqualTo("Connected");
        });
    }

    String id() {
        return tab.element("ws-id").getText();
    }

    /** Takes a name, by the dialog. */
    void is(String name) {
        tab.element("rename").click();
        tab.element("identity-name").clear();
        tab.element("identity-name").sendKeys(name);
        tab.elements("#identity button").get(1).click();
        tab.awaitThat(page -> assertThat(page.element("ws-id").getText()).isEqualTo(name));
        tab.awaitState("Connected");
    }

    /** Says many things at once. */
    void sayAll(List<String> texts) {
        tab.run("""
                const input = document.getElementById('messageText');
                for (const text of arguments[0]) {
                  input.value = text;
                  input.form.requestSubmit();
                }""", texts);
    }

    /** The lines of people, without the remarks between them. */
    @SuppressWarnings("unchecked") // the script returns strings only
    List<String> said() {
        return (List<String>) tab.run("return Array.from(document.querySelectorAll('#messages > [data-seq]'),"
                + " item => item.textContent)");
    }

    void awaitSaid(List<String> lines) {
        tab.awaitThat(page -> assertThat(said()).isEqualTo(lines));
    }

    void awaitSaid(String... lines) {
        awaitSaid(List.of(lines));
    }

    @SuppressWarnings("unchecked") // the script returns strings only
    List<String> remarks() {
        return (List<String>)
                tab.run("return Array.from(document.querySelectorAll('#messages > :not([data-seq]):not([hidden])'),"
                        + " item => item.textContent)");
    }

    /** Everybody who is in, whether or not the list is in view. */
    @SuppressWarnings("unchecked") // the script returns strings only
    List<String> members() {
        return (List<String>)
                tab.run("return Array.from(document.querySelectorAll('#members > li'), item => item.dataset.user)");
    }

    void awaitMembers(String... users) {
        tab.awaitThat(page -> assertThat(members()).containsExactlyInAnyOrder(users));
    }

    /** The line above the first message that was missed or is new; empty if there is none. */
    String mark() {
        return (String) tab.run("return document.querySelector('#messages > [data-mark]')?.dataset.mark ?? ''");
    }

    String toast() {
        return tab.element("toast").getText();
    }

    WebElement roomLink(String room) {
        return tab.elements("#rooms a[data-room='" + room + "']").get(0);
    }

    static List<String> numbered(String prefix, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> prefix + i).toList();
    }
}
