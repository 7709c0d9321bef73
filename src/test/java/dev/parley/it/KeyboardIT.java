package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.RawWebSocket;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/**
 * The pages by keyboard alone, in a real browser: whatever a mouse can use is reached, it is seen where the focus is, and the focus
 * is never lost. After the page is open, nothing is done but to press keys.
 */
@Tag("standalone")
@Tag("system") // a browser
@Timeout(120)
final class KeyboardIT {
    private static final int MOST_STEPS = 250;

    @TempDir
    private static Path directory;

    private static OperatedWar war;
    private static Browser browser;

    private final String room = "k-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeAll
    static void start() throws IOException {
        war = OperatedWar.start(directory);
        browser = Browser.start();
        for (String text : List.of("a", "b", "c", "d", "see https://example.com/a", "x".repeat(2_000))) {
            war.call("otto", "POST", "rooms/lobby/messages", "{\"text\":\"" + text + "\"}");
        }
        war.call("otto", "POST", "blocks", "{\"user\":\"mallory\",\"seconds\":3600}");
    }

    @AfterAll
    static void stop() {
        browser.close();
        war.close();
    }

    @AfterEach
    void closeTabs() {
        browser.closeTabs();
    }

    private static void press(Tab tab, CharSequence... keys) {
        tab.strike(false, keys);
    }

    /** Presses Tab until the focus is there. */
    private static void forward(Tab tab, String selector) {
        walk(tab, selector, false);
    }

    /** Presses Shift and Tab until the focus is there. */
    private static void back(Tab tab, String selector) {
        walk(tab, selector, true);
    }

    private static void walk(Tab tab, String selector, boolean isBack) {
        for (int i = 0; i < MOST_STEPS; i++) {
            tab.strike(isBack, Keys.TAB);
            isSeen(tab);
            if (isAt(tab, selector)) {
                return;
            }
        }
        throw new AssertionError("the keyboard does not come to " + selector + ", but is at " + focused(tab));
    }

    private static boolean isAt(Tab tab, String selector) {
        return (Boolean) tab.run("return document.activeElement.matches(arguments[0])", selector);
    }

    private static String focused(Tab tab) {
        return (String) tab.run("return document.activeElement.cloneNode(false).outerHTML.slice(0, 200)");
    }

    /** The page may be between its end and its beginning; whatever else has the focus is seen to have it. */
    private static void isSeen(Tab tab) {
        assertThat(tab.run("""
                const one = document.activeElement;
                const { outlineStyle, outlineWidth } = getComputedStyle(one);
                const { bottom, right, top, left } = one.getBoundingClientRect();
                const isSeen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
                const isInView = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
                return one === document.body || (isSeen && isInView)
                  ? '' : `${outlineStyle} ${outlineWidth} ${isInView}: ${one.cloneNode(false).outerHTML}`;""")).as("the focus that is not seen").isEqualTo("");
    }

    private static void hasFocus(Tab tab, String selector) {
        tab.awaitThat(page -> assertThat(isAt(page, selector)).as(focused(page)).isTrue());
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1280",
        "echo, 1280",
        "items, 1280",
        "guide-chat, 1280",
        "chat?room=lobby, 1280",
        "chat?room=lobby, 390",
        "docs/, 1280",
        "nothing/here, 1280",
        "admin/#overview, 1280",
        "admin/#overview, 390",
        "admin/#nodes, 1280",
        "admin/#connections, 1280",
        "admin/#connections, 390",
        "admin/#rooms, 1280",
        "admin/#users, 390",
        "admin/#security, 1280",
        "admin/#settings, 1280",
        "admin/#audit, 1280"
    })
    void everyControlIsReachedInEitherDirection(String path, int width) {
        try (RawWebSocket member = war.site().open("/ws/61")) {
            boolean isConsole = path.startsWith("admin");
            Tab tab = browser.open(isConsole ? war.pageFor("ada", path) : war.page(path), Screen.light(width));
            AccessibilityIT.awaitSettled(tab, path);
            for (boolean isBack : List.of(false, true)) {
                tab.run("""
                        document.activeElement.blur();
                        window.missed = new Set([...document.querySelectorAll(
                          'a[href], button:enabled, input:enabled, select, textarea:enabled, summary, [tabindex="0"]')]
                          .filter((one) => one.checkVisibility({ visibilityProperty: true })));""");
                for (int i = 0; i < MOST_STEPS && !isDone(tab); i++) {
                    tab.strike(isBack, Keys.TAB);
                    isSeen(tab);
                }
                assertThat(tab.run("return [...window.missed].map((one) => one.outerHTML.slice(0, 200))"))
                        .as("what is not reached")
                        .isEqualTo(List.of());
            }
            member.sendText("still here");
        }
    }

    /** What a page that lives has dropped meanwhile need not be reached. */
    private static boolean isDone(Tab tab) {
        return (Boolean) tab.run("""
                window.missed.delete(document.activeElement);
                window.missed.forEach((one) => (one.isConnected && one.checkVisibility()) || window.missed.delete(one));
                return window.missed.size === 0""");
    }

    @Test
    void theChatFromTheFirstVisitOn() {
        for (int i = 0; i < 70; i++) {
            war.call("otto", "POST", "rooms/" + room + "/messages", "{\"text\":\"line " + i + "\"}");
        }
        Tab tab = browser.open(war.page("chat?room=" + room));
        ChatPage chat = ChatPage.in(tab, room);
        tab.awaitThat(page -> assertThat(page.element("welcome").isDisplayed()).isTrue());
        back(tab, "#welcome-name");
        press(tab, "ann", Keys.ENTER);
        tab.awaitThat(page -> assertThat(page.element("ws-id").getText()).isEqualTo("ann"));
        tab.awaitState("Connected");
        hasFocus(tab, "#messageText");
        press(tab, "hello", Keys.ENTER);
        tab.awaitThat(page -> assertThat(chat.said()).last().isEqualTo("You wrote: hello"));

        back(tab, "#log");
        press(tab, Keys.HOME); // at its beginning it loads what is older
        tab.awaitThat(page -> assertThat(chat.said()).hasSize(71));
        hasFocus(tab, "#log");
        press(tab, Keys.END);
        tab.awaitThat(page -> assertThat(page.run("return document.getElementById('log').scrollTop > -1"))
                .isEqualTo(true));
        press(tab, Keys.HOME);
        tab.awaitThat(page -> assertThat(page.run("return document.getElementById('log').scrollTop < -100"))
                .isEqualTo(true));

        back(tab, "#room-name");
        press(tab, room + "-2", Keys.ENTER);
        chat.awaitIn(room + "-2");
        hasFocus(tab, "#messageText");
        back(tab, "#rooms a[data-room='" + room + "']");
        press(tab, Keys.ENTER);
        chat.awaitIn(room);
        hasFocus(tab, "#messageText");
        back(tab, "#rooms .leave[data-room='" + room + "-2']");
        press(tab, Keys.SPACE);
        tab.awaitThat(page -> assertThat(page.elements("#rooms a[data-room='" + room + "-2']"))
                .isEmpty());
        hasFocus(tab, "#rooms a[data-room='" + room + "']");

        forward(tab, "#rename");
        press(tab, Keys.ENTER);
        hasFocus(tab, "#identity-name");
        press(tab, Keys.ESCAPE);
        hasFocus(tab, "#rename");
        press(tab, Keys.SPACE);
        hasFocus(tab, "#identity-name");
        press(tab, "bea", Keys.ENTER);
        tab.awaitThat(page -> assertThat(page.element("ws-id").getText()).endsWith("bea"));
        tab.awaitState("Connected");
        hasFocus(tab, "#rename");
    }

    @Test
    void theNetworkIsCutAndTheFocusComesBackWithIt() {
        Tab tab = browser.open(war.page("chat?room=" + room));
        ChatPage.in(tab, room);
        back(tab, "#cut");
        press(tab, Keys.ENTER);
        tab.awaitState("Reconnecting");
        hasFocus(tab, "#messageText"); // the button cannot be pressed any more
        back(tab, "#retry");
        tab.awaitState("Connected");
        hasFocus(tab, "#messageText"); // it has gone
    }

    @Test
    void drawersOfAPhoneGiveTheFocusBack() {
        Tab tab = browser.openOnPhone(war.page("chat?room=" + room));
        ChatPage.in(tab, room);
        back(tab, "#open-members");
        press(tab, Keys.ENTER);
        tab.awaitThat(
                page -> assertThat(page.element("members-pane").isDisplayed()).isTrue());
        press(tab, Keys.ESCAPE);
        hasFocus(tab, "#open-members");
        back(tab, "#open-rooms");
        press(tab, Keys.ENTER);
        forward(tab, "#rooms-pane #cut");
        press(tab, Keys.ENTER);
        tab.awaitState("Reconnecting");
        hasFocus(tab, "#open-rooms, #messageText");
    }

    @Test
    void whoHasToSignInDoes(@TempDir Path keys) throws IOException {
        TokenIssuer issuer = TokenIssuer.in(keys);
        try (ExecutableWar locked = ExecutableWar.startOnAnyPort(issuer.trustedBy("-Xmx256m"))) {
            Tab tab = browser.open(URI.create(locked.url().toString()).resolve("chat?room=" + room));
            hasFocus(tab, "#identity-name");
            press(tab, "swordfish", Keys.ENTER);
            tab.awaitThat(
                    page -> assertThat(page.element("identity-fault").getText()).isNotEmpty());
            hasFocus(tab, "#identity-name");
            press(tab, Keys.ESCAPE);
            tab.awaitThat(
                    page -> assertThat(page.element("identity").isDisplayed()).isFalse());
            isSeen(tab);
            back(tab, "#rename");
            press(tab, Keys.ENTER);
            hasFocus(tab, "#identity-name");
            press(tab, issuer.token("ann", Duration.ofHours(1), Map.of()), Keys.ENTER);
            tab.awaitState("Connected");
            hasFocus(tab, "#rename");
        }
    }

    private static Tab console(String view) {
        Tab tab = browser.open(war.pageFor("ada", "admin/#" + view), Screen.light(1280));
        tab.awaitThat(page -> assertThat(page.element("state").getText()).isEqualTo("live"));
        return tab;
    }

    private RawWebSocket member(int id, String where) {
        return war.site().open("/ws/" + id + "?room=" + where);
    }

    @SuppressWarnings("try") // they only have to be there
    @Test
    void theFocusStaysInATableWhoseRowsGo() {
        try (RawWebSocket one = member(64, room);
                RawWebSocket two = member(65, room)) {
            Tab tab = console("overview");
            forward(tab, "#views a[href='#connections']");
            press(tab, Keys.ENTER);
            hasFocus(tab, "main");
            forward(tab, "main form input");
            while (!(Boolean) tab.run("return document.activeElement.parentElement.textContent.startsWith('Room')")) {
                forward(tab, "main form input");
            }
            press(tab, room, Keys.ENTER);
            tab.awaitThat(page -> assertThat(page.elements("main tbody tr")).hasSize(2));

            for (int left = 1; left >= 0; left--) {
                if (left == 1) {
                    forward(tab, "main tbody button.bad");
                }
                press(tab, Keys.ENTER);
                hasFocus(tab, "dialog button");
                press(tab, Keys.ESCAPE);
                hasFocus(tab, "main tbody button.bad");
                press(tab, Keys.SPACE);
                hasFocus(tab, "dialog button");
                forward(tab, "dialog button.bad");
                press(tab, Keys.ENTER);
                int rows = left;
                tab.awaitThat(page -> assertThat(page.elements("main tbody tr")).hasSize(rows));
                hasFocus(tab, left == 1 ? "main tbody button.bad" : "main .table"); // the next one, if there is any
            }
            isSeen(tab);
        }
    }

    @Test
    void theFocusMovesWithItsRowAndEnterConfirms() {
        String wanted = "Say something in " + room;
        try (RawWebSocket here = member(66, room);
                RawWebSocket there = member(67, room + "-b")) {
            Tab tab = console("rooms");
            forward(tab, "main input[type=search]");
            press(tab, room);
            tab.awaitThat(page -> assertThat(page.elements("main tbody tr")).hasSize(2));
            forward(tab, "main tbody tr:first-child .actions button");
            tab.run("window.held = document.activeElement");
            try (RawWebSocket another = member(68, room + "-b")) {
                tab.awaitThat(page -> assertThat(page.run("return window.held.closest('tr').rowIndex"))
                        .isEqualTo(2L));
                assertThat(tab.run("return document.activeElement === window.held"))
                        .as(focused(tab))
                        .isEqualTo(true);
                isSeen(tab);
                another.sendText("still here");
            }
            press(tab, Keys.ENTER);
            hasFocus(tab, "dialog textarea");
            assertThat(tab.element("dialog-title").getText()).isEqualTo(wanted);
            press(tab, "hello", Keys.TAB, Keys.TAB);
            hasFocus(tab, "dialog button.main");
            press(tab, Keys.SPACE);
            assertThat(here.receiveText()).contains("hello");
            hasFocus(tab, "main tbody button");

            press(tab, Keys.TAB, Keys.ENTER);
            hasFocus(tab, "dialog input");
            press(tab, room, Keys.ENTER);
            here.receiveClose();
            tab.awaitThat(page -> assertThat(page.elements("main tbody tr")).hasSize(1));
            hasFocus(tab, "main tbody button, main .table");

            back(tab, "main th button");
            press(tab, Keys.ENTER);
            hasFocus(tab, "main th button");
            there.sendText("still here");
        }
    }

    @Test
    void theChartsAreRead() {
        Tab tab = console("overview");
        forward(tab, ".range select");
        press(tab, Keys.ARROW_DOWN);
        assertThat(tab.run("return document.querySelector('.range select').selectedIndex"))
                .isEqualTo(1L);
        press(tab, Keys.ARROW_UP); // the longer range has no figure in the first minute
        forward(tab, ".chart svg");
        tab.awaitThat(page -> {
            press(page, Keys.ARROW_LEFT);
            assertThat(page.elements(".chart .cross")).hasSize(1);
        });
        press(tab, Keys.ESCAPE);
        assertThat(tab.elements(".chart .cross")).isEmpty();
    }
}
