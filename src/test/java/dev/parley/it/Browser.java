package dev.parley.it;

import java.io.File;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A real Chromium without a screen. It is not optional: where it is missing, starting it fails the tests.
 *
 * <p>The places are those of Debian's packages {@code chromium} and {@code chromium-driver}; the system properties
 * {@code webdriver.chrome.binary} and {@code webdriver.chrome.driver} name others. For one thread.
 */
final class Browser implements AutoCloseable {
    private static final String DRIVER = "webdriver.chrome.driver";

    /** It warns that it has no bindings for this Chromium's DevTools; none are used. Kept, or it would be collected. */
    private static final Logger DEVTOOLS = Logger.getLogger("org.openqa.selenium.devtools");

    static {
        DEVTOOLS.setLevel(Level.SEVERE);
    }

    private final ChromeDriver driver;
    private final String emptyTab;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
        this.emptyTab = driver.getWindowHandle();
    }

    static Browser start() {
        return start(List.of());
    }

    /** One that asks nobody whether a certificate is good. */
    static Browser startTrustingAnybody() {
        return start(List.of("--ignore-certificate-errors"));
    }

    private static Browser start(List<String> more) {
        ChromeOptions options = new ChromeOptions();
        options.addArguments(more);
        options.setBinary(existing("webdriver.chrome.binary", "/usr/bin/chromium"));
        options.addArguments(
                "--headless=new",
                "--no-sandbox", // the tests may run as root, for whom Chromium has no sandbox
                "--disable-gpu",
                "--disable-dev-shm-usage",
                // Otherwise it looks for its maker's hosts at every start.
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-quic");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        // Selenium's own property; without it, it would look for a driver to download.
        System.setProperty(DRIVER, existing(DRIVER, "/usr/bin/chromedriver").getPath());
        return new Browser(new ChromeDriver(options));
    }

    /** Opens the page in a tab of its own. */
    Tab open(URI page) {
        inNewTab();
        driver.get(page.toString());
        return new Tab(driver, driver.getWindowHandle());
    }

    /** As {@link #open}, on a telephone held upright. */
    Tab openOnPhone(URI page) {
        return open(page, Screen.light(375));
    }

    /** As {@link #open}, on a screen of the reader's. */
    Tab open(URI page, Screen screen) {
        inNewTab();
        screen.settings().forEach(driver::executeCdpCommand);
        driver.get(page.toString());
        return new Tab(driver, driver.getWindowHandle());
    }

    /** As {@link #open}, with a script that runs before those of the page. */
    Tab open(URI page, String script) {
        inNewTab();
        driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
        driver.get(page.toString());
        return new Tab(driver, driver.getWindowHandle());
    }

    /** From the empty one, since the last one may be closed. */
    private void inNewTab() {
        driver.switchTo().window(emptyTab);
        driver.switchTo().newWindow(WindowType.TAB);
    }

    /** Nobody is logged in anywhere any more. */
    void forgetCookies() {
        driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
    }

    /**
     * Closes all tabs, and returns what their consoles said since the last call; violations of the
     * Content-Security-Policy are among it.
     */
    List<String> closeTabs() {
        for (String handle : driver.getWindowHandles()) {
            if (!handle.equals(emptyTab)) {
                driver.switchTo().window(handle).close();
            }
        }
        driver.switchTo().window(emptyTab);
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }

    private static File existing(String property, String place) {
        File file = new File(System.getProperty(property, place));
        if (!file.canExecute()) {
            throw new AssertionError("The pages are tested in a real browser, and there is no " + file
                    + ". Install Debian's chromium and chromium-driver, or name yours with -D" + property + "=...");
        }
        return file;
    }
}
