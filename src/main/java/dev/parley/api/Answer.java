package dev.parley.api;

import dev.parley.protocol.JsonText;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** How everything here answers: whole, with a length, not to be cached, and never with the server's own error page. */
public final class Answer {
    /**
     * What a page of ours may do: load what lies beside it, and connect to where it came from. {@code connect-src 'self'} covers
     * the page's own host for {@code ws} and {@code wss} too (CSP 3, section 6.7.2.8; in Safari since 16). It means the host that
     * the browser sees, so it is right behind a proxy, where this server could not name it.
     */
    public static final String PAGE_POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'");

    private Answer() {}

    public static void json(HttpServletResponse response, int status, Object tree) throws IOException {
        send(response, status, "application/json", JsonText.of(tree) + "\n");
    }

    /**
     * An error as a program can read it.
     *
     * @param title what kind of error it is, the same for all of its kind
     * @param detail what is wrong in this case; nothing that only the log should say
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
     */
    public static void problem(HttpServletResponse response, int status, String title, String detail)
            throws IOException {
        problem(response, status, title, detail, Map.of());
    }

    /** As above, with members for this kind of error. */
    static void problem(HttpServletResponse response, int status, String title, String detail, Map<String, Object> more)
            throws IOException {
        Map<String, Object> problem = new LinkedHashMap<>(more);
        problem.put("type", "about:blank");
        problem.put("title", title);
        problem.put("status", status);
        problem.put("detail", detail);
        send(response, status, "application/problem+json", JsonText.of(problem) + "\n");
    }

    /** A page or what belongs to one, for browsers to keep as {@code caching} says. */
    public static void page(HttpServletResponse response, int status, String mediaType, String body, String caching)
            throws IOException {
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        send(response, status, mediaType, PAGE_POLICY, body, caching);
    }

    public static void send(HttpServletResponse response, int status, String mediaType, String body)
            throws IOException {
        send(response, status, mediaType, "default-src 'none'; frame-ancestors 'none'", body, "no-store");
    }

    private static void send(
            HttpServletResponse response, int status, String mediaType, String policy, String body, String caching)
            throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(mediaType);
        response.setHeader("Cache-Control", caching);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", policy);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
