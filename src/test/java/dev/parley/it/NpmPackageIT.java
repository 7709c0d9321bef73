package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.client.Credential;
import dev.parley.client.ParleyClient;
import dev.parley.client.Room;
import dev.parley.it.harness.ParleyWar;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ThrowingRunnable;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/**
 * The npm package in an application of somebody's: packed by npm, installed beside React 19, bundled by Vite, run in a real browser in
 * StrictMode, which mounts everything twice.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("standalone")
@Tag("system") // npm and a browser
@Timeout(240)
final class NpmPackageIT {
    private static final Path APPLICATION = Path.of("src/test/resources/dev/parley/it/npm");

    @ArquillianResource
    private URL base;

    @TempDir
    private static Path folder;

    private static NpmProject project;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("react");
    }

    @Test
    void roomIsJoinedOnceForAllComponentsAndLeftWithTheLast() throws Exception {
        project.run("npx", "vite", "build");
        String page = Files.readString(project.file("dist/page.js"));
        try (ParleyClient client = ParleyClient.connect(URI.create(base + "rooms"), Credential.user("bob"));
                Browser browser = Browser.start()) {
            Room room = client.join("react");
            room.send("before").get(20, TimeUnit.SECONDS);

            Tab tab = browser.open(base.toURI());
            tab.run("""
                    window.frames = [];
                    const send = WebSocket.prototype.send;
                    WebSocket.prototype.send = function (text) {
                      window.frames.push(JSON.parse(text).type);
                      send.call(this, text);
                    };
                    const root = document.createElement('div');
                    root.id = 'root';
                    document.body.replaceChildren(root);""");
            tab.run(page);
            until(() -> assertThat(said(tab)).containsExactly("before"));
            until(() -> assertThat(tab.element("people").getText()).isEqualTo("ann bob"));
            assertThat(tab.element("state").getText()).isEqualTo("joined");

            room.send("live").get(20, TimeUnit.SECONDS);
            tab.run("document.getElementById('say').click()");
            until(() -> assertThat(said(tab)).containsExactly("before", "live", "from the page"));

            // Mounted anew within a second: as if nothing had been.
            tab.run("document.getElementById('toggle').click()");
            assertThat(tab.elements("#said")).isEmpty();
            tab.run("document.getElementById('toggle').click()");
            until(() -> assertThat(said(tab)).hasSize(3));
            assertThat(frames(tab, "join")).isEqualTo(1);
            assertThat(frames(tab, "leave")).isZero();

            tab.run("document.getElementById('toggle').click()");
            until(() -> assertThat(frames(tab, "leave")).isEqualTo(1));
            tab.run("document.getElementById('toggle').click()");
            until(() -> assertThat(said(tab)).containsExactly("before", "live", "from the page"));
            assertThat(frames(tab, "join")).isEqualTo(2);

            // What is said when all components have gone is stored, and the room is left again.
            tab.run("document.getElementById('toggle').click()");
            until(() -> assertThat(frames(tab, "leave")).isEqualTo(2));
            tab.run("window.say('from nowhere').then(() => { window.stored = true; })");
            until(() -> assertThat(tab.run("return window.stored")).isEqualTo(true));
            until(() -> assertThat(frames(tab, "leave")).isEqualTo(3));
            assertThat(frames(tab, "join")).isEqualTo(3);
        }
    }

    private static List<String> said(Tab tab) {
        return tab.elements("#said > li").stream().map(WebElement::getText).toList();
    }

    private static long frames(Tab tab, String type) {
        return (Long) tab.run("return window.frames.filter((type) => type === arguments[0]).length", type);
    }

    private static void until(ThrowingRunnable assertion) {
        await().pollInSameThread().atMost(Duration.ofSeconds(20)).untilAsserted(assertion);
    }

    @Test
    void nodeIsGivenAWebSocket() throws Exception {
        String said = project.run("node", "node.mjs", base + "rooms", "node");
        assertThat(said).contains("stored 1, heard from Node true");
    }

    @BeforeAll
    static void install() throws Exception {
        project = NpmProject.install(APPLICATION, folder);
    }
}
