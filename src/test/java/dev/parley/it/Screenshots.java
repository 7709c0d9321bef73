package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pictures of all pages on three screens in both schemes, to look at and for the documents: {@code mvn -Pscreenshots verify} puts
 * them into {@code target/screenshots}. Not among the tests, which it would not add to.
 */
@Timeout(600)
final class Screenshots {
    private static final Path TARGET = Path.of("target", "screenshots");

    private static final Map<String, String> PAGES = new LinkedHashMap<>();

    static {
        PAGES.put("home", "");
        PAGES.put("chat", "chat?room=lobby");
        PAGES.put("echo", "echo");
        PAGES.put("items", "items");
        PAGES.put("guide-chat", "guide-chat");
        PAGES.put("docs", "docs/");
        PAGES.put("docs-rooms", "docs/#channel-rooms");
        PAGES.put("not-found", "no/such/page");
        PAGES.put("console", "admin/#overview");
        PAGES.put("console-nodes", "admin/#nodes");
        PAGES.put("console-connections", "admin/#connections");
        PAGES.put("console-rooms", "admin/#rooms");
        PAGES.put("console-users", "admin/#users");
        PAGES.put("console-security", "admin/#security");
        PAGES.put("console-audit", "admin/#audit");
    }

    /** People who talk, each with a connection of its own, for as long as the page is open. */
    private static final String PEOPLE = """
            const done = arguments[arguments.length - 1];
            import(new URL('parley.js', document.baseURI)).then(async ({ connect }) => {
              const rooms = {};
              for (const user of ['Ann', 'Bob', 'Chiara', 'Yuki', 'shop']) {
                const client = connect('rooms', { credential: () => ({ user }) });
                rooms[user] = client.join('lobby', { presence: true });
                client.join('news');
              }
              const say = (user, data) => rooms[user].send(data);
              await say('Ann', 'Good morning! Did everybody get yesterday’s numbers?');
              await say('Bob', 'Yes. They are at https://example.com/reports/2026-11 (page 4 is new).');
              await say('Chiara', 'I was on the train and lost the network twice, and did not miss a message.');
              await say('Yuki', 'おはようございます。3時から話せますか？');
              await say('shop', { text: 'Order 42 has left the house.', order: 42 });
              await say('Bob', 'שלום, אני כאן');
              await say('Ann', '@You three o’clock is fine for me.');
              done();
            });""";

    @Test
    void takeThem(@TempDir Path directory) throws IOException {
        Files.createDirectories(TARGET);
        try (OperatedWar war = OperatedWar.start(directory);
                Browser browser = Browser.start()) {
            Tab people = browser.open(war.page("echo"));
            people.runAsync(PEOPLE);
            people.run("localStorage.setItem('parley.name', '\"You\"')");
            war.call("otto", "POST", "blocks", "{\"user\":\"mallory\",\"seconds\":3600}");
            war.call("vera", "DELETE", "connections?user=Bob", "");
            assertThat(war.site().upgrade("/items/foo/ws").refusal()).isEqualTo(403);
            for (Map.Entry<String, String> page : PAGES.entrySet()) {
                for (int width : new int[] {1280, 390, 320}) {
                    take(war, browser, page.getKey(), page.getValue(), Screen.light(width));
                    take(war, browser, page.getKey(), page.getValue(), Screen.dark(width));
                }
            }
        }
    }

    private static void take(OperatedWar war, Browser browser, String name, String path, Screen screen)
            throws IOException {
        Tab tab = browser.open(path.startsWith("admin") ? war.pageFor("ada", path) : war.page(path), screen);
        AccessibilityIT.awaitSettled(tab, path);
        Files.write(TARGET.resolve("%s-%d-%s.png".formatted(name, screen.width(), screen.scheme())), tab.picture());
        tab.close();
    }
}
