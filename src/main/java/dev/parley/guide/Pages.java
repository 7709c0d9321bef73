package dev.parley.guide;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Every address that answers, and with what: an allow-list, read from the class path once. Safe for any thread.
 *
 * <p>A file that is missing fails the construction, and so the deployment, rather than a visitor's request.
 */
final class Pages {
    static final List<String> ASSETS = List.of(
            "announcer.js",
            "chat.css",
            "chat.js",
            "connection.js",
            "conversation.js",
            "cut.js",
            "echo.js",
            "focus.js",
            "guide-chat.js",
            "identity.js",
            "items.js",
            "leaves.js",
            "line.js",
            "lines.css",
            "links.js",
            "memory.js",
            "mentions.js",
            "message-log.js",
            "panes.js",
            "parley.css",
            "parley.svg",
            "people.js",
            "removed.js",
            "retry.js",
            "room-view.js",
            "status-line.js",
            "token.js",
            "typing.js");

    private static final String HTML = "text/html;charset=UTF-8";
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "css", "text/css;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "svg", "image/svg+xml;charset=UTF-8");

    private final Map<String, Supplier<Content>> addresses = new HashMap<>();
    private final String notFound = new String(read("not-found.html"), StandardCharsets.UTF_8);

    Pages(Facts facts) {
        HomePage home = new HomePage(new String(read("home.html"), StandardCharsets.UTF_8), facts);
        addresses.put("/", () -> new Content(HTML, home.render().getBytes(StandardCharsets.UTF_8)));
        for (String page : List.of("echo", "items", "chat", "guide-chat")) {
            always("/" + page, new Content(HTML, read(page + ".html")));
        }
        for (String asset : ASSETS) {
            always("/assets/" + asset, new Content(mediaTypeOf(asset), read("assets/" + asset)));
        }
    }

    /** What is at this path below the context path; the root is {@code /}. */
    Optional<Content> at(String path) {
        return Optional.ofNullable(addresses.get(path)).map(Supplier::get);
    }

    /**
     * The page for an address that belongs to nothing.
     *
     * @param root leads from there to the first page, as {@code ../../} does
     */
    Content notFound(String root) {
        return new Content(HTML, notFound.replace("{{root}}", root).getBytes(StandardCharsets.UTF_8));
    }

    private void always(String path, Content content) {
        addresses.put(path, () -> content);
    }

    private static String mediaTypeOf(String file) {
        String mediaType = MEDIA_TYPES.get(file.substring(file.lastIndexOf('.') + 1));
        if (mediaType == null) {
            throw new IllegalStateException("no media type is known for " + file);
        }
        return mediaType;
    }

    private static byte[] read(String name) {
        try (InputStream in = Pages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing from the class path: dev/parley/guide/" + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read dev/parley/guide/" + name, e);
        }
    }
}
