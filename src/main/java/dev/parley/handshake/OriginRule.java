package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
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
            "([A-Za-z][A-Za-z0-9+.-]{0,31})://([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::([0-9]{1,5}))?");

    /** Schemes of what no page comes from; whoever allows one means another. */
    private static final Set<String> NEVER_PAGES = Set.of("ws", "wss");

    private final Set<Origin> allowed;
    private final boolean any;
    private final boolean cookieNeedsOrigin;

    /**
     * A rule.
     *
     * @param allowed origins such as {@code https://app.example.com}, or an app's ({@code capacitor://localhost}), or {@code *}
     *     for any page's, {@code null} included
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
        boolean isUnstated = cookieNeedsOrigin
                && request.getHeader("Cookie") != null
                && Visitor.headers(request, "Origin").isEmpty();
        if (isUnstated || !allows(request)) {
            throw new HandshakeRefused(403, "origin not allowed");
        }
    }

    /**
     * Whether the page that a request comes from is one of ours or an allowed one; also if it comes from no page. For plain HTTP as
     * well as for handshakes.
     */
    public boolean allows(HttpServletRequest request) {
        String host = request.getHeader("Host");
        return Visitor.headers(request, "Origin").stream()
                .allMatch(origin -> admits(origin, host, request.isSecure(), false));
    }

    /**
     * With {@code *} any page is welcome, also one of an app ({@code capacitor://localhost}) and one whose origin is kept from
     * us ({@code null}: a file, a sandboxed frame). What no browser sends is not a page, and stays out.
     */
    private static boolean isAnyPages(String origin) {
        return origin.equals("null") || ORIGIN.matcher(origin).matches();
    }

    /**
     * Scheme, host in lower case, and port: the scheme's default filled in, or -1 where it has none, as those of apps.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc6454#section-6.2">RFC 6454, section 6.2</a>
     */
    private record Origin(String scheme, String host, int port) {
        private static final int MAX_PORT = 65_535;

        static Optional<Origin> parse(String text) {
            Matcher matcher = ORIGIN.matcher(text);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
            int port = matcher.group(3) == null ? defaultPort(scheme) : Integer.parseInt(matcher.group(3));
            return port > MAX_PORT || NEVER_PAGES.contains(scheme)
                    ? Optional.empty()
                    : Optional.of(new Origin(scheme, matcher.group(2).toLowerCase(Locale.ROOT), port));
        }

        /**
         * Whether it is the origin of a page from {@code host}. A proxy that ends TLS makes a secure page's request look
         * insecure, so {@code https} is believed either way, {@code http} only on an insecure connection.
         */
        boolean isAt(@Nullable String authority, boolean secure) {
            return authority != null
                    && (scheme.equals("https") || (scheme.equals("http") && !secure))
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
