package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds the path below the context path. Not left to the container, because some hand over the context path as it was sent
 * (Tomcat), others as it was deployed, escaped or not; and because a detour into the context, such as {@code /x/../parley/ws}, is
 * no such path.
 */
final class BelowContext {
    private BelowContext() {}

    /**
     * The raw path, which begins with {@code /}.
     *
     * @throws HandshakeRefused 404, if the request is not below the context path by the straight way
     */
    static String pathOf(HttpServletRequest request) {
        String uri = request.getRequestURI();
        String context = request.getServletContext().getContextPath();
        if (context.isEmpty()) {
            return uri.startsWith("/") ? uri : notFound();
        }
        int end = 0;
        for (String deployed : context.substring(1).split("/", -1)) {
            if (end >= uri.length() || uri.charAt(end) != '/') {
                return notFound();
            }
            int next = uri.indexOf('/', end + 1);
            int until = next < 0 ? uri.length() : next;
            if (!isSpelling(uri.substring(end + 1, until), deployed)) {
                return notFound();
            }
            end = until;
        }
        return end == uri.length() ? "/" : uri.substring(end);
    }

    /** Whether a segment as it was sent is one of the context path, which may be written plainly or escaped. */
    private static boolean isSpelling(String sent, String deployed) {
        if (sent.equals(deployed)) {
            return true;
        }
        List<String> meant = new ArrayList<>(1);
        try {
            meant.addAll(RequestTarget.parse("/" + sent, null).segments());
        } catch (HandshakeRefused malformed) {
            return false;
        }
        if (meant.contains(deployed)) {
            return true;
        }
        try {
            return RequestTarget.parse("/" + escaped(deployed), null).segments().equals(meant);
        } catch (HandshakeRefused written) { // plainly, with a percent sign in it, and not this one
            return false;
        }
    }

    /** A context path may be spelled as it was deployed, beyond ASCII; a request target may not. */
    private static String escaped(String contextPath) {
        StringBuilder escaped = new StringBuilder();
        for (byte octet : contextPath.getBytes(StandardCharsets.UTF_8)) {
            if (octet < 0) {
                escaped.append(String.format(Locale.ROOT, "%%%02X", octet & 0xff));
            } else {
                escaped.append((char) octet);
            }
        }
        return escaped.toString();
    }

    private static String notFound() {
        throw new HandshakeRefused(404, "no endpoint at this path");
    }
}
