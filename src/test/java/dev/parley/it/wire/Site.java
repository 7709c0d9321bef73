package dev.parley.it.wire;

import java.net.URL;

/** Where a deployment listens: host, port, and the context path that precedes every target ({@code ""} at the root). */
public record Site(String host, int port, String contextPath) {
    public Site {
        if (contextPath.endsWith("/")) {
            throw new IllegalArgumentException("context path must not end in a slash: " + contextPath);
        }
    }

    /** The site behind the URL that the test framework hands out, which ends in a slash. */
    public static Site at(URL base) {
        return new Site(base.getHost(), base.getPort(), base.getPath().replaceAll("/+$", ""));
    }

    /** The value of {@code Host}. */
    public String authority() {
        return host + ":" + port;
    }

    /** The Origin of a page that this site served. */
    public String origin() {
        return "http://" + authority();
    }

    /** A handshake for the path, which is used as it stands: nothing is encoded or normalised. */
    public UpgradeRequest upgrade(String path) {
        return UpgradeRequest.to(this, contextPath + path);
    }

    /** An accepted WebSocket connection to the path. */
    public RawWebSocket open(String path) {
        return RawWebSocket.open(upgrade(path));
    }
}
