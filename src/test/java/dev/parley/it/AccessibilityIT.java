package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.wire.RawWebSocket;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every page for every reader: axe finds nothing, and nothing scrolls sideways. */
@Tag("standalone")
@Tag("system") // a browser
final class AccessibilityIT {
    private static final List<String> PAGES = List.of(
            "",
            "chat?room=lobby",
            "echo",
            "items",
            "guide-chat",
            "docs/",
            "nothing/here",
            "admin/#overview",
            "admin/#nodes",
            "admin/#connections",
            "admin/#rooms",
            "admin/#users",
            "admin/#security",
            "admin/#settings",
            "admin/#audit",
            "admin/#ended");

    private static final List<Screen> SCREENS = List.of(
            Screen.light(1280),
            Screen.dark(1280),
            new Screen(1280, 1, "light", true),
            new Screen(640, 2, "light", false),
            new Screen(320, 4, "dark", false));

    @TempDir
    private static Path directory;

    private static OperatedWar war;
    private static Browser browser;
    private static RawWebSocket member;

    @BeforeAll
    static void start() throws IOException {
        war = OperatedWar.start(directory);
        browser = Browser.start();
        member = war.site().open("/ws/55");
        for (String text : List.of("hello", "see https://example.com/a", "x".repeat(2_000), "שלום")) {
            member.sendText(text);
            member.receiveTexts(2); // its answer and what all hear, which whoever comes later does not
        }
        war.call("otto", "POST", "rooms/lobby/messages", "{\"text\":\"@all of you: hello\"}");
        war.call("otto", "POST", "blocks", "{\"user\":\"mallory\",\"seconds\":3600}");
        try (RawWebSocket sentAway = war.site().open("/ws/56")) {
            war.call("vera", "DELETE", "connections?user=56", "");
            war.call("otto", "DELETE", "connections?user=56", "");
            sentAway.receiveClose();
        }
        assertThat(war.site().upgrade("/items/foo/ws").refusal()).isEqualTo(403);
    }

    @AfterAll
    static void stop() {
        member.close();
        browser.close();
        war.close();
    }

    /** Or it would be taken for dead, and pages would have nobody to show. */
    @BeforeEach
    void isAlive() {
        member.sendText("still here");
    }

    @AfterEach
    void closeTabs() {
        browser.closeTabs();
    }

    static Stream<Arguments> pagesOnScreens() {
        return PAGES.stream().flatMap(page -> SCREENS.stream().map(screen -> Arguments.of(page, screen)));
    }

    private static URI addressOf(String page) {
        return page.startsWith("admin") ? war.pageFor("ada", page) : war.page(page);
    }

    /** Waits until the page shows what it is about. */
    static void awaitSettled(Tab tab, String page) {
        if (page.startsWith("admin")) {
            tab.awaitThat(shown -> assertThat(shown.element("state").getText()).isEqualTo("live"));
            if (!page.endsWith("#rooms")) { // where there may be nobody just then
                tab.awaitThat(shown -> assertThat(shown.elements("main tbody tr, main .tile dd:not(:empty)"))
                        .isNotEmpty());
            }
            tab.awaitThat(shown -> assertThat(shown.run("return document.querySelector('main').textContent"))
                    .asString()
                    .doesNotContain("…undefined", "undefined"));
        } else if (page.startsWith("docs")) {
            tab.awaitThat(shown -> assertThat(shown.elements("#http tbody tr")).hasSizeGreaterThan(10));
        } else if (page.startsWith("chat")) {
            ChatPage.in(tab, "lobby");
            tab.awaitThat(shown ->
                    assertThat(shown.elements("#messages > [data-seq]")).hasSizeGreaterThan(4));
        }
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("pagesOnScreens")
    void axeFindsNothingAndNothingScrollsSideways(String page, Screen screen) {
        Tab tab = browser.open(addressOf(page), screen);
        awaitSettled(tab, page);

        Axe.assertFindsNothing(tab);
        Axe.assertNothingScrollsSideways(tab);
    }
}
