package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PageServletTest {
    private final AtomicInteger connections = new AtomicInteger();
    private final PageServlet servlet = new PageServlet(new Facts(
            "1.2.3",
            "Apache Tomcat/11.0.2",
            Instant.parse("2026-03-04T05:06:07.123456789Z"),
            true,
            true,
            connections::get));

    @BeforeEach
    void deploy() throws Exception {
        ServletContext context = Fake.of(ServletContext.class, (name, arguments) -> "/parley");
        servlet.init(
                Fake.of(ServletConfig.class, (name, arguments) -> name.equals("getServletContext") ? context : null));
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html;charset=UTF-8",
        "/echo, text/html;charset=UTF-8",
        "/items, text/html;charset=UTF-8",
        "/chat, text/html;charset=UTF-8",
        "/assets/parley.css, text/css;charset=UTF-8",
        "/guide-chat, text/html;charset=UTF-8",
        "/assets/echo.js, text/javascript;charset=UTF-8",
        "/assets/parley.svg, image/svg+xml;charset=UTF-8"
    })
    void whatIsListedIsServed(String path, String mediaType) throws Exception {
        Exchange exchange = Exchange.get(path).with(servlet);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.header("Content-Type")).isEqualTo(mediaType);
        assertThat(exchange.header("Content-Length"))
                .isEqualTo(Integer.toString(exchange.body().getBytes(StandardCharsets.UTF_8).length));
        assertThat(exchange.body()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ws",
                "/ws/5",
                "/items/foo/ws",
                "/echo/",
                "/echo.html",
                "/chat/x",
                "/Chat",
                "/assets",
                "/assets/",
                "/assets/nothing.css",
                "/assets/../home.html",
                "/home.html",
                "/index.html",
                "/favicon.ico",
                "/client/parley.js",
                "/PageServlet.class",
                "/META-INF/MANIFEST.MF",
                "/WEB-INF/web.xml",
                "//"
            })
    void nothingElseIs(String path) throws Exception {
        Exchange exchange = Exchange.get(path).with(servlet);

        assertThat(exchange.status()).isEqualTo(404);
        assertThat(exchange.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
        assertThat(exchange.body()).isEqualTo("Not found\n");
    }

    @Test
    void whoLooksForWhatIsNotThereSeesAPageThatLeadsBack() throws Exception {
        Exchange exchange = Exchange.get("/rooms/of/nobody")
                .accepting("text/html,*/*;q=0.8")
                .with(servlet);

        assertThat(exchange.status()).isEqualTo(404);
        assertThat(exchange.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(exchange.header("Content-Security-Policy")).isNotNull();
        assertThat(exchange.body())
                .contains("href=\"../../assets/parley.css\"", "href=\"../../\"", "href=\"../../docs/\"")
                .doesNotContain("{{", "nobody");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"'', /", "/, null", "'', null", "null, null", "null, /", "/, ''"})
    void theRootIsFoundHoweverTheServerSplitsIt(String servletPath, String pathInfo) throws Exception {
        Exchange exchange = Exchange.split("/parley/", servletPath, pathInfo).with(servlet);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.body()).contains("<title>Parley</title>");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"'', null", "/, null", "'', /"})
    void theContextPathWithoutItsSlashLeadsToTheRoot(String servletPath, String pathInfo) throws Exception {
        Exchange exchange = Exchange.split("/parley", servletPath, pathInfo).with(servlet);

        assertThat(exchange.status()).isEqualTo(302);
        assertThat(exchange.header("Location")).isEqualTo("/parley/");
    }

    @Test
    void headGetsTheHeadersWithoutTheBody() throws Exception {
        Exchange get = Exchange.get("/chat").with(servlet);
        Exchange head = Exchange.of("HEAD", "/chat").with(servlet);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers()).isEqualTo(get.headers());
        assertThat(head.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get"})
    void onlyReadingIsAllowed(String method) throws Exception {
        Exchange exchange = Exchange.of(method, "/echo").with(servlet);

        assertThat(exchange.status()).isEqualTo(405);
        assertThat(exchange.header("Allow")).isEqualTo("GET, HEAD");
    }

    @ParameterizedTest
    @CsvSource({"GET, /", "GET, /nowhere", "POST, /chat", "HEAD, /assets/parley.css"})
    void everyAnswerIsGuarded(String method, String path) throws Exception {
        Exchange exchange = Exchange.of(method, path).with(servlet);

        assertThat(exchange.header("Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "*", "data:");
        assertThat(exchange.headers())
                .containsEntry("X-Content-Type-Options", "nosniff")
                .containsEntry("Referrer-Policy", "no-referrer")
                .containsEntry("Cross-Origin-Opener-Policy", "same-origin")
                .containsEntry("Cache-Control", "no-cache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/chat", "/assets/parley.css"})
    void whatTheClientHasIsNotSentAgain(String path) throws Exception {
        String tag = Exchange.get(path).with(servlet).header("ETag");

        for (String condition : new String[] {tag, "W/" + tag, "\"other\" , " + tag, "*"}) {
            Exchange again = Exchange.get(path).ifNoneMatch(condition).with(servlet);
            assertThat(again.status()).as(condition).isEqualTo(304);
            assertThat(again.header("ETag")).isEqualTo(tag);
            assertThat(again.body()).isEmpty();
        }
        assertThat(Exchange.get(path).ifNoneMatch("\"a\"", tag).with(servlet).status())
                .isEqualTo(304);
        assertThat(Exchange.get(path).ifNoneMatch("\"a\", \"b\"").with(servlet).status())
                .isEqualTo(200);
    }

    @Test
    void theFirstPageTellsWhatIsRunning() throws Exception {
        connections.set(42);

        String body = Exchange.get("/").with(servlet).body();

        assertThat(body)
                .contains(
                        "1.2.3",
                        "Apache Tomcat<",
                        "datetime=\"2026-03-04T05:06:07Z\"",
                        "4 Mar 2026, 05:06 UTC",
                        ">42<");
        assertThat(body).doesNotContain("11.0.2", "{{");
    }

    @Test
    void theFirstPageChangesItsTagWithItsFacts() throws Exception {
        String before = Exchange.get("/").with(servlet).header("ETag");
        connections.set(1);

        assertThat(Exchange.get("/").ifNoneMatch(before).with(servlet).status()).isEqualTo(200);
    }
}
