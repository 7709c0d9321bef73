package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowingConsumer;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/** One tab with one of Parley's pages, seen as its reader sees it. Comes to the front with every call. */
final class Tab {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ChromeDriver driver;
    private final String handle;

    Tab(ChromeDriver driver, String handle) {
        this.driver = driver;
        this.handle = handle;
    }

    String title() {
        return front().getTitle();
    }

    String address() {
        return front().getCurrentUrl();
    }

    WebElement element(String id) {
        return front().findElement(By.id(id));
    }

    List<WebElement> elements(String selector) {
        return front().findElements(By.cssSelector(selector));
    }

    WebElement link(String text) {
        return front().findElement(By.linkText(text));
    }

    Object run(String script, Object... arguments) {
        return front().executeScript(script, arguments);
    }

    /** Runs a script that calls its last argument when it is done. */
    Object runAsync(String script, Object... arguments) {
        return front().executeAsyncScript(script, arguments);
    }

    /** Types the text and presses Enter. */
    void say(String text) {
        element("messageText").sendKeys(text, Keys.ENTER);
    }

    /** The received messages, to the character. */
    List<String> messages() {
        return texts("#messages > li");
    }

    /** What has not been sent yet. */
    List<String> pending() {
        return texts("#pending > li");
    }

    String state() {
        return element("state-word").getText();
    }

    void awaitState(String state) {
        await().pollInSameThread()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(state()).isEqualTo(state));
    }

    void awaitMessages(String... messages) {
        await().pollInSameThread()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(messages()).containsExactly(messages));
    }

    void awaitThat(ThrowingConsumer<Tab> claim) {
        await().pollInSameThread().atMost(PATIENCE).untilAsserted(() -> claim.accept(this));
    }

    void reload() {
        front().navigate().refresh();
    }

    /** Presses a key wherever the focus is. */
    void press(CharSequence key) {
        front().switchTo().activeElement().sendKeys(key);
    }

    /** Presses keys as a reader does, wherever the focus is, with Shift held or not. */
    void strike(boolean withShift, CharSequence... keys) {
        Actions actions = new Actions(front());
        (withShift ? actions.keyDown(Keys.SHIFT).sendKeys(keys).keyUp(Keys.SHIFT) : actions.sendKeys(keys)).perform();
    }

    /** What is seen, as a PNG. */
    byte[] picture() {
        return front().getScreenshotAs(OutputType.BYTES);
    }

    /** As the reader closes it: without asking the page. */
    void close() {
        front().close();
    }

    @SuppressWarnings("unchecked") // the script returns strings only
    private List<String> texts(String selector) {
        return (List<String>)
                run("return Array.from(document.querySelectorAll(arguments[0]), item => item.textContent)", selector);
    }

    private ChromeDriver front() {
        driver.switchTo().window(handle);
        return driver;
    }
}
