package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.TestOperators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The front of {@code src/examples/shop}, built by Vite, in an archive with the application that {@link OrdersIT} asks, in browsers. */
@Tag("shared")
@Tag("system") // npm and a browser
@Tag("long") // some servers are enough
@Timeout(120)
final class ShopFrontIT {
    private static final String LIVE = "Live. Changes appear by themselves.";

    @TempDir
    private static Path folder;

    private static OrdersServer orders;
    private static Browser his;
    private static Browser hers;

    @BeforeAll
    static void start() throws Exception {
        NpmProject front = NpmProject.install(Path.of("src/examples/shop"), folder);
        front.run("npm", "run", "build");
        orders = OrdersServer.start();
        orders.server().deploy(with(front.file("dist"), orders.withServlets("shop")));
        his = Browser.start();
        hers = Browser.start();
    }

    private static WebArchive with(Path pages, WebArchive archive) throws IOException {
        try (Stream<Path> files = Files.walk(pages)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                archive.addAsWebResource(file.toFile(), pages.relativize(file).toString());
            }
        }
        return archive;
    }

    /** With {@code -Dit.stay=true} the shop stays open for whoever wants to see it, until the build is stopped. */
    @AfterAll
    static void stop() throws Exception {
        if (Boolean.getBoolean("it.stay") && orders != null) {
            System.out.println("The shop is open: " + orders.site("shop"));
            new CountDownLatch(1).await();
        }
        for (AutoCloseable started : new AutoCloseable[] {hers, his, orders}) {
            if (started != null) {
                started.close();
            }
        }
    }

    @BeforeEach
    void nobodyIsLoggedIn() {
        his.forgetCookies();
        hers.forgetCookies();
    }

    @AfterEach
    void closeTabs() {
        his.closeTabs();
        hers.closeTabs();
    }

    @Test
    void whatStaffDoIsSeenWithoutAReloadAndAfterACutAsWell() throws Exception {
        long id = orders.orderOf("dave");
        try (Relay line = Relay.to(orders.site("shop"))) {
            Tab dave = logIn(his.open(line.address()), "dave");
            Tab sue = logIn(hers.open(orders.site("shop")), "sue");
            for (Tab tab : List.of(dave, sue)) {
                watch(tab, id);
                assertThat(text(tab, ".status")).isEqualTo("new");
                tab.run("window.isTheSamePage = true");
            }
            await(dave, ".others", "sue");
            await(sue, ".others", "dave");

            OrdersServer.LoggedIn staff = orders.logIn("shop", "sue");
            assertThat(staff.does(id, "ship", "parcels=2")).isEqualTo(204);
            await(dave, ".status", "shipped in 2 parcels");
            await(sue, ".status", "shipped in 2 parcels");

            line.cut();
            dave.awaitThat(tab -> assertThat(text(tab, ".connection")).isNotEqualTo(LIVE));
            assertThat(staff.does(id, "deliver", "")).isEqualTo(204);
            await(sue, ".status", "delivered");
            assertThat(text(dave, ".status")).isEqualTo("shipped in 2 parcels");
            line.restore();
            await(dave, ".status", "delivered");
            await(dave, ".connection", LIVE);

            for (Tab tab : List.of(dave, sue)) {
                assertThat(tab.run("return window.isTheSamePage")).isEqualTo(true);
            }
            assertThat(hers.closeTabs()).as("the browser's console").isEmpty();
        }
    }

    @Test
    void staffShipFromThePageAndWhoLosesTheOrderIsTold() throws Exception {
        long id = orders.orderOf("dave");
        long other = orders.orderOf("eve");
        Tab sue = logIn(hers.open(orders.site("shop")), "sue");
        Tab dave = logIn(his.open(orders.site("shop")), "dave");
        assertThat(sue.elements(".orders a")).extracting(WebElement::getText).contains("Order " + other);
        assertThat(dave.elements(".orders a"))
                .extracting(WebElement::getText)
                .contains("Order " + id)
                .doesNotContain("Order " + other);

        watch(sue, id);
        watch(dave, id);
        assertThat(dave.elements("form")).isEmpty();
        try (RoomsClient customer = orders.watches("shop", "dave", id)) { // who may talk there, and cannot deliver
            assertThat(customer.sends("order-" + id, "k", "{'delivered':" + id + "}"))
                    .contains("\"type\":\"ack\"");
        }
        button(sue, "Ship").click();
        await(sue, ".status", "shipped in 1 parcel");
        await(dave, ".status", "shipped in 1 parcel");

        sue.link("All orders").click();
        sue.awaitThat(tab -> assertThat(
                        tab.link("Order " + id).findElement(By.xpath("..")).getText())
                .isEqualTo("Order " + id + " of dave shipped in 1 parcel"));
        watch(sue, id);
        await(sue, ".status", "shipped in 1 parcel");
        button(sue, "It has arrived").click();
        await(dave, ".status", "delivered");

        assertThat(orders.logIn("shop", "sue").does(id, "hand-over", "to=eve")).isEqualTo(204);
        await(dave, ".connection", "You may not watch this order any more.");
        for (Browser browser : List.of(his, hers)) {
            assertThat(browser.closeTabs()).as("the browser's console").isEmpty();
        }
    }

    @Test
    void everyPageIsForEveryReader() throws Exception {
        long id = orders.orderOf("sue");
        Tab tab = his.open(orders.site("shop"), new Screen(320, 1, "dark", false));
        tab.awaitThat(shown -> assertThat(shown.elements("form")).hasSize(1));
        assertIsForEveryReader(tab, "Log in");
        logIn(tab, "eve", "wrong");
        await(tab, "[role=alert]", "Name or password are wrong.");
        logIn(tab, "sue");
        assertIsForEveryReader(tab, "All orders");
        watch(tab, id);
        assertIsForEveryReader(tab, "Order " + id);
    }

    private static void assertIsForEveryReader(Tab tab, String title) {
        assertThat(tab.title()).isEqualTo(title);
        Axe.assertFindsNothing(tab);
        Axe.assertNothingScrollsSideways(tab);
    }

    private static Tab logIn(Tab tab, String user) {
        logIn(tab, user, TestOperators.password(user));
        tab.awaitThat(shown -> assertThat(shown.elements(".orders")).hasSize(1));
        return tab;
    }

    private static void logIn(Tab tab, String user, String password) {
        tab.awaitThat(shown -> assertThat(shown.elements("form")).hasSize(1));
        fill(tab, "j_username", user);
        fill(tab, "j_password", password);
        button(tab, "Log in").click();
    }

    private static void fill(Tab tab, String name, String value) {
        tab.elements("input[name=" + name + "]").get(0).sendKeys(value);
    }

    private static WebElement button(Tab tab, String text) {
        WebElement button = tab.elements("button").get(0);
        assertThat(button.getText()).isEqualTo(text);
        return button;
    }

    private static void watch(Tab tab, long id) {
        tab.link("Order " + id).click();
        await(tab, ".connection", LIVE);
    }

    private static void await(Tab tab, String selector, String text) {
        tab.awaitThat(shown -> assertThat(text(shown, selector)).isEqualTo(text));
    }

    /** In one step, since React may replace the element meanwhile. */
    private static String text(Tab tab, String selector) {
        return (String) tab.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector);
    }
}
