package dev.parley.guide;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The servlet behind every plain HTTP request: it serves what {@link Pages} lists and answers 404 to the rest, plain
 * requests to WebSocket paths included. To be mapped to {@code /}, where it replaces the server's default servlet.
 *
 * <p>Any number of request threads; nothing in it changes.
 */
final class PageServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private static final String POLICY = String.join(
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

    /** On every answer. No-cache means "ask before you use your copy", and the entity tag makes asking cheap. */
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", POLICY,
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cache-Control", "no-cache");

    private static final int MAX_STEPS = 100;

    private final transient Pages pages;

    /** Reads all pages; fails if one is missing. */
    PageServlet(Facts facts) {
        this.pages = new Pages(facts);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HEADERS.forEach(response::setHeader);
        String path = pathOf(request);
        Optional<Content> content = pages.at(path);
        if (path.equals("/") && !request.getRequestURI().endsWith("/")) {
            redirectIntoContext(response);
        } else if (content.isEmpty()) {
            notFound(request, response);
        } else if (!isRead(request)) {
            response.setHeader("Allow", "GET, HEAD");
            answer(request, response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "Method not allowed\n");
        } else {
            serve(content.get(), request, response);
        }
    }

    /** A page for those who look at it, which leads back; a line for programs. */
    private void notFound(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String accepted = Objects.requireNonNullElse(request.getHeader("Accept"), "");
        if (isRead(request) && accepted.contains("text/html")) {
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
            send(pages.notFound(rootFrom(request)), request, response);
        } else {
            answer(request, response, HttpServletResponse.SC_NOT_FOUND, "Not found\n");
        }
    }

    /** Relative, since a proxy may show this context under another path: one step up for each slash that the browser counts. */
    private static String rootFrom(HttpServletRequest request) {
        String below =
                request.getRequestURI().substring(request.getContextPath().length());
        long steps = Math.min(
                MAX_STEPS, below.chars().filter(character -> character == '/').count() - 1);
        return steps > 0 ? "../".repeat((int) steps) : "./";
    }

    private static void serve(Content content, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setHeader("ETag", content.entityTag());
        if (isKnownToClient(content, request)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        } else {
            send(content, request, response);
        }
    }

    /** Not {@code sendError}: its page is the server's, and tells the server's version. */
    private static void answer(HttpServletRequest request, HttpServletResponse response, int status, String sentence)
            throws IOException {
        response.setStatus(status);
        send(new Content("text/plain;charset=UTF-8", sentence.getBytes(StandardCharsets.UTF_8)), request, response);
    }

    private static void send(Content content, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setContentType(content.mediaType());
        response.setContentLength(content.length());
        if (!request.getMethod().equals("HEAD")) {
            content.writeTo(response.getOutputStream());
        }
    }

    /**
     * The path below the context path. For the root, servers put {@code ""}, {@code "/"} and null into the two parts in
     * different ways.
     */
    private static String pathOf(HttpServletRequest request) {
        String path = Objects.requireNonNullElse(request.getServletPath(), "")
                + Objects.requireNonNullElse(request.getPathInfo(), "");
        return path.isEmpty() ? "/" : path;
    }

    /**
     * Adds the slash behind the context path, without which the page's relative addresses would miss the context. Most
     * servers do this themselves. The path is the deployment's and not the request's, which may be written to lead
     * elsewhere.
     */
    private void redirectIntoContext(HttpServletResponse response) {
        response.setStatus(HttpServletResponse.SC_FOUND);
        response.setHeader("Location", getServletContext().getContextPath() + "/");
    }

    private static boolean isRead(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    /** RFC 9110, section 13.1.2: a weak comparison, for a proxy that compresses makes our strong tag weak. */
    private static boolean isKnownToClient(Content content, HttpServletRequest request) {
        return Collections.list(request.getHeaders("If-None-Match")).stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(tag -> tag.strip().replaceFirst("^W/", ""))
                .anyMatch(tag -> tag.equals("*") || tag.equals(content.entityTag()));
    }
}
