package dev.parley.node;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/** The addresses that a node fetches from and sends to. */
public final class SafeUrl {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private SafeUrl() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is no URL that begins with {@code https://}, or with {@code http://} and a host of the loopback
     *     interface; the message repeats nothing of it
     */
    public static URI of(String text) {
        try {
            URI url = new URI(text);
            String scheme = String.valueOf(url.getScheme());
            if (url.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
                throw new IllegalArgumentException("not a URL");
            }
            if (scheme.equals("http") && !LOOPBACK.contains(url.getHost())) {
                throw new IllegalArgumentException("must be https, or http on this machine");
            }
            return url;
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException("not a URL");
        }
    }
}
