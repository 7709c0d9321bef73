package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may connect: those from here, and those from origins that the operator allows. This is what keeps a foreign
 * page from using a visitor's cookies, because browsers do not apply their same-origin policy to WebSocket. Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-10.2">RFC 6455, section 10.2</a>
 */
public final class OriginRule {
    private static final String ANY = "*";

    /** A scheme and a host, nothing after. */
    private static final Pattern ORIGIN = Pattern.compile(
            "[A-Za-z][A-Za-z0-9+.-]{0,31}://([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?");

    private final Set<Origin> allowed;
    private final boolean any;
    private final boolean cookieNeedsOrigin;

    /**
     * A rule.
     *
     * @param allowed origins such as {@code https://app.example.com}, or {@code *} for any page's, {@code null} included
     * @param cookieNeedsOrigin whether a visitor that sends cookies must say its origin, too
     * @throws IllegalArgumentException if one of the origins is none
     */
    public OriginRule(Set<String> allowed, boolean cookieNeedsOrigin) {
        this.any = allowed.contains(ANY);
        this.allowed = allowed.stream()
                .filter(origin -> !origin.equals(ANY))
                .map(origin -> Origin.parse(origin)
                        .orElseThrow(() -> new IllegalArgumentException("not an origin: " + origin)))
                .collect(Collectors.toUnmodifiableSet());
        this.cookieNeedsOrigin = cookieNeedsOrigin;
    }

    /**
     * Whether a visitor may come in.
     *
     * @param origin the {@code Origin} header; browsers always send it, other clients rarely
     * @param host the {@code Host} header
     * @param secure whether the request came over TLS, as far as the server knows
     * @param hasCookies whether the visitor sent cookies
     */
    boolean admits(@Nullable String origin, @Nullable String host, boolean secure, boolean hasCookies) {
        if (origin == null) {
            return !(hasCookies && cookieNeedsOrigin);
        }
        return (any && isAnyPages(origin))
                || Origin.parse(origin)
                        .filter(parsed -> allowed.contains(parsed) || parsed.isAt(host, secure))
                        .isPresent();
    }

    /**
     * Lets a request by, or not.
     *
     * @throws HandshakeRefused 403, if one of the origins that it states may not connect
     */
    public void check(HttpServletRequest request) {
        String host = request.getHeader("Host");
        boolean hasCookies = request.getHeader("Cookie") != null;
        List<String> stated = Visitor.headers(request, "Origin");
        boolean admitted = stated.isEmpty()
                ? admits(null, host, request.isSecure(), hasCookies)
                : stated.stream().allMatch(origin -> admits(origin, host, request.isSecure(), hasCookies));
        if (!admitted) {
            throw new HandshakeRefused(403, "origin not allowed");
        }
    }

    /**
     * With {@code *} any page is welcome, also one of an app ({@code capacitor://localhost}) and one whose origin is kept from
     * us ({@code null}: a file, a sandboxed frame). What no browser sends is not a page, and stays out.
     */
    private static boolean isAnyPages(String origin) {
        return origin.equals("null") || ORIGIN.matcher(origin).matches();
    }

    /** Scheme, host in lower case, and port, the scheme's default filled in. */
    private record Origin(String scheme, String host, int port) {
        private static final Pattern UNDERSCORED =
                Pattern.compile("([A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*)(?::([0-9]{1,5}))?");

        static Optional<Origin> parse(String text) {
            try {
                URI uri = new URI(text);
                String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
                boolean bare = uri.getRawPath() != null
                        && uri.getRawPath().isEmpty()
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null
                        && uri.getRawUserInfo() == null;
                if (!bare || defaultPort(scheme) < 0) {
                    return Optional.empty();
                }
                if (uri.getHost() == null) {
                    return underscored(scheme, uri.getRawAuthority());
                }
                int port = uri.getPort() >= 0 ? uri.getPort() : defaultPort(scheme);
                return Optional.of(new Origin(scheme, uri.getHost().toLowerCase(Locale.ROOT), port));
            } catch (URISyntaxException e) {
                return Optional.empty();
            }
        }

        /** A host with an underscore, which browsers take for a host and {@link URI} does not. */
        private static Optional<Origin> underscored(String scheme, @Nullable String authority) {
            Matcher matcher = UNDERSCORED.matcher(authority == null ? "" : authority);
            if (!matcher.matches() || matcher.group(1).indexOf('_') < 0) {
                return Optional.empty();
            }
            int port = matcher.group(2) == null ? defaultPort(scheme) : Integer.parseInt(matcher.group(2));
            return Optional.of(new Origin(scheme, matcher.group(1).toLowerCase(Locale.ROOT), port));
        }

        /**
         * Whether it is the origin of a page from {@code host}. A proxy that ends TLS makes a secure page's request look
         * insecure, so {@code https} is believed either way, {@code http} only on an insecure connection.
         */
        boolean isAt(@Nullable String authority, boolean secure) {
            return authority != null
                    && !(secure && scheme.equals("http"))
                    && parse(scheme + "://" + authority).filter(this::equals).isPresent();
        }

        private static int defaultPort(String scheme) {
            return switch (scheme) {
                case "http" -> 80;
                case "https" -> 443;
                default -> -1;
            };
        }
    }
}
