package dev.parley.admin;

import dev.parley.api.Answer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** A page and what belongs to it, read from the class path once, with the policy that lets it do no more than it needs. */
final class PageFiles {
    private static final int TAG_BYTES = 15;

    private final Map<String, Content> byPath;

    private record Content(String mediaType, String text, String tag) {}

    /**
     * @param files their names on the class path, beside this class or from its root, by the path that they have
     * @throws IllegalStateException if one is missing
     */
    PageFiles(Map<String, String> files) {
        byPath = files.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, file -> read(file.getValue())));
    }

    void send(String path, HttpServletResponse response) throws IOException {
        Content content = byPath.get(path);
        if (content == null) {
            Answer.problem(response, 404, "Not found", "There is nothing at this path.");
        } else {
            Answer.page(response, HttpServletResponse.SC_OK, content.mediaType(), content.text(), "no-store");
        }
    }

    /** The page at {@code path} with a title and a sentence in it, neither of which is anything that somebody sent. */
    void sendTold(String path, HttpServletResponse response, int status, String title, String detail)
            throws IOException {
        Content content = Objects.requireNonNull(byPath.get(path));
        String text = content.text().replace("${title}", title).replace("${detail}", detail);
        Answer.page(response, status, content.mediaType(), text, "no-store");
    }

    /** A file that browsers keep, which ask whether it has changed. */
    void sendUnlessKnown(String path, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Content content = byPath.get(path);
        if (content == null) {
            send(path, response);
            return;
        }
        String tag = '"' + content.tag() + '"'; // proxies that compress make it weak, and what clients know is a list
        response.setHeader("ETag", tag);
        if (Collections.list(request.getHeaders("If-None-Match")).toString().contains(tag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        } else {
            Answer.page(response, HttpServletResponse.SC_OK, content.mediaType(), content.text(), "no-cache");
        }
    }

    private static Content read(String name) {
        try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing from the class path: dev/parley/admin/" + name);
            }
            byte[] bytes = in.readAllBytes();
            String tag = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, TAG_BYTES);
            return new Content(mediaTypeOf(name), new String(bytes, StandardCharsets.UTF_8), tag);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read dev/parley/admin/" + name, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String mediaTypeOf(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html;charset=UTF-8";
            case "js" -> "text/javascript;charset=UTF-8";
            case "svg" -> "image/svg+xml;charset=UTF-8";
            case "ts" -> "text/plain;charset=UTF-8";
            default -> "text/css;charset=UTF-8";
        };
    }
}
