package dev.parley.guide;

import java.time.Instant;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the first page tells about this deployment.
 *
 * @param version Parley's own version
 * @param server the server's name, without its version; the constructor cuts a version off, as strangers need not know it
 * @param startedAt when this deployment began
 * @param isDemo whether everybody may do everything in every room, under any name
 * @param hasConsole whether operators can sign in here
 * @param connections how many WebSocket connections are open now; called by any request thread, must not block
 */
record Facts(
        String version, String server, Instant startedAt, boolean isDemo, boolean hasConsole, IntSupplier connections) {
    /** The words before the first one with a digit in it: {@code Apache Tomcat/11.0.2}, {@code Undertow - 2.3.23.Final}. */
    private static final Pattern NAME = Pattern.compile("^[^\\d/(]*[^\\d/(\\s-]");

    Facts {
        server = nameOf(server);
    }

    private static String nameOf(String serverInfo) {
        Matcher name = NAME.matcher(serverInfo.strip());
        return name.find() ? name.group() : "a Jakarta EE server";
    }
}
