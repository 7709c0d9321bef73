package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URL;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;

/**
 * A real browser for the pages of a deployment.
 *
 * <p>Unless a test has said which messages it expects in the browser's console, there must be none: a violation of the
 * Content-Security-Policy, a missing file or an error in a script would be there.
 */
@Tag("system") // a browser
@ExtendWith(ArquillianExtension.class)
@RunAsClient
abstract class PagesInBrowser {
    static Browser browser;

    @ArquillianResource
    private URL base;

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void theConsoleIsClean() {
        assertThat(browser.closeTabs()).as("the browser's console").isEmpty();
    }

    final URI page(String path) {
        return URI.create(base.toString()).resolve(path);
    }

    final Tab open(String path) {
        return browser.open(page(path));
    }

    final Tab openChat() {
        Tab tab = open("guide-chat");
        tab.awaitState("Connected");
        return tab;
    }

    static void connect(Tab tab) {
        tab.element("visit").findElement(By.tagName("button")).click();
    }
}
