package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PagesTest {
    private static final Pattern ADDRESS = Pattern.compile("(?:href|src)=\"([^\"]*)\"|from '([^']*)'");

    /** Other servlets', beside the pages. */
    private static final Set<String> OTHERS = Set.of("/parley.js", "/docs/", "/admin/");

    private final Pages pages = new Pages(new Facts("1", "A", Instant.EPOCH, false, true, () -> 0));

    @Test
    void everyAssetIsListed() throws IOException, URISyntaxException {
        Path folder = Path.of(Pages.class.getResource("assets").toURI());

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Pages.ASSETS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"home.html", "echo.html", "items.html", "chat.html", "guide-chat.html", "not-found.html"})
    void aPageHasNothingInlineAndNoAbsoluteAddress(String page) throws IOException {
        String html = read(page);

        assertThat(html)
                .doesNotContain("<style", " style=", "http:", "https:", "ws:", "wss:")
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContainPattern("\\son\\w+=");
        assertThat(ADDRESS.matcher(html).results().map(link -> link.group(1)))
                .isNotEmpty()
                .noneMatch(address -> address.startsWith("/"))
                .allMatch(address -> isThere("/" + address.replaceFirst("^(\\./|\\{\\{root}})", "")));
    }

    @Test
    void everyModuleImportsOnlyWhatIsServed() throws IOException {
        for (String asset : Pages.ASSETS) {
            assertThat(ADDRESS.matcher(read("assets/" + asset)).results().map(link -> link.group(2)))
                    .allMatch(address -> isThere(
                            URI.create("/assets/" + asset).resolve(address).getPath()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo.html", "items.html", "chat.html", "guide-chat.html"})
    void aPageThatTalksKeepsTheGuidesElements(String page) throws IOException {
        assertThat(read(page))
                .contains(
                        "<title>Chat</title>", "<h1>WebSocket Chat</h1>", "id=\"messageText\"", "<ul id=\"messages\"");
    }

    @Test
    void theItemsPageAsksForItemAndToken() throws IOException {
        assertThat(read("items.html"))
                .contains("id=\"itemId\" type=\"text\" value=\"foo\"")
                .contains("id=\"token\" type=\"text\" value=\"some-key-token\"")
                .contains("<button>Connect</button>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat.html", "guide-chat.html"})
    void aChatPageTellsTheClientItsId(String page) throws IOException {
        assertThat(read(page)).contains("<h2>Your ID: <span id=\"ws-id\"></span></h2>");
    }

    private boolean isThere(String path) {
        return OTHERS.contains(path) || pages.at(path).isPresent();
    }

    private static String read(String name) throws IOException {
        try (var in = Pages.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
