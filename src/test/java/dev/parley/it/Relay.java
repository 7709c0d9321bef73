package dev.parley.it;

import dev.parley.it.wire.Site;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/**
 * A line of its own between a client and a site: it passes bytes, byte for byte, until it is cut. Thread-safe.
 *
 * <p>To a browser it is another origin in front of the same pages, as a reverse proxy is. To a client that decides about every
 * byte it is the way to a site that speaks TLS alone.
 */
final class Relay implements AutoCloseable {
    private final Dial dial;
    private final String path;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private int port;
    private ServerSocket entrance;

    private Relay(Dial dial, String path) {
        this.dial = dial;
        this.path = path;
    }

    private static Relay to(Dial dial, String path) {
        Relay relay = new Relay(dial, path);
        relay.restore();
        return relay;
    }

    static Relay to(URI site) {
        return to(() -> new Socket(site.getHost(), site.getPort()), site.getPath());
    }

    /** To a path, with TLS to a port of 127.0.0.1, which sees it come from an address of choice, any one of 127.0.0.0/8. */
    static Relay throughTls(SSLContext trust, int port, String path, String from) {
        return to(() -> trust.getSocketFactory().createSocket("127.0.0.1", port, InetAddress.getByName(from), 0), path);
    }

    /** The site's address by way of this relay. */
    URI address() {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** The same, for clients that decide about every byte. */
    Site site() {
        return new Site("127.0.0.1", port, path);
    }

    /** Drops every connection and takes no new one. */
    void cut() {
        close(entrance);
        sockets.forEach(Relay::reset);
        sockets.clear();
    }

    /** Takes connections, at the same address as before. */
    void restore() {
        try {
            entrance = new ServerSocket(port, 0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = entrance.getLocalPort();
        ServerSocket current = entrance;
        start("relay-entrance", () -> accept(current));
    }

    @Override
    public void close() {
        cut();
    }

    private void accept(ServerSocket current) {
        try {
            while (true) {
                Socket near = current.accept();
                sockets.add(near);
                Socket far = dial.call();
                sockets.add(far);
                start("relay-to-site", () -> copy(near, far));
                start("relay-to-client", () -> copy(far, near));
            }
        } catch (IOException e) {
            close(current); // cut, or there is nobody on the other side
        }
    }

    private void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One side is gone; the other follows below.
        }
        close(from);
        close(to);
        sockets.remove(from);
        sockets.remove(to);
    }

    /** Not an orderly end: a server that is told of one may answer with a close frame, which would still get through. */
    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            // Closed already.
        }
        close(socket);
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new AssertionError("a socket did not close", e);
        }
    }

    /** How the other side is reached. */
    private interface Dial {
        Socket call() throws IOException;
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
