package dev.parley.api;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** How everything here answers: whole, with a length, not to be cached, and never with the server's own error page. */
public final class Answer {
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
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", title);
        problem.put("status", status);
        problem.put("detail", detail);
        send(response, status, "application/problem+json", JsonText.of(problem) + "\n");
    }

    /** A page or what belongs to one. */
    public static void page(HttpServletResponse response, String mediaType, String policy, String body)
            throws IOException {
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        send(response, HttpServletResponse.SC_OK, mediaType, policy, body);
    }

    public static void send(HttpServletResponse response, int status, String mediaType, String body)
            throws IOException {
        send(response, status, mediaType, "default-src 'none'; frame-ancestors 'none'", body);
    }

    private static void send(HttpServletResponse response, int status, String mediaType, String policy, String body)
            throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(mediaType);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", policy);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
