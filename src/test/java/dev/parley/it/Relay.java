package dev.parley.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bad line: it passes bytes between a browser and a site, until it is cut. Thread-safe.
 *
 * <p>To the browser it is another origin in front of the same pages, as a reverse proxy is.
 */
final class Relay implements AutoCloseable {
    private final URI site;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private int port;
    private ServerSocket entrance;

    private Relay(URI site) {
        this.site = site;
    }

    static Relay to(URI site) {
        Relay relay = new Relay(site);
        relay.restore();
        return relay;
    }

    /** The site's address by way of this relay. */
    URI address() {
        return URI.create("http://127.0.0.1:" + port + site.getPath());
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
                Socket far = new Socket(site.getHost(), site.getPort());
                sockets.add(near);
                sockets.add(far);
                start("relay-to-site", () -> copy(near, far));
                start("relay-to-browser", () -> copy(far, near));
            }
        } catch (IOException e) {
            close(current); // cut
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

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
