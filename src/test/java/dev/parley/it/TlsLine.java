package dev.parley.it;

import dev.parley.it.wire.Site;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/**
 * Puts TLS around what a plain client says, and takes it from the answers, byte for byte; so that a client which decides about
 * every byte can also talk to who speaks TLS alone. It reaches the other side from an address of choice. Thread-safe.
 */
final class TlsLine implements AutoCloseable {
    private final SSLContext trust;
    private final int port;
    private final InetAddress from;
    private final ServerSocket entrance;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private TlsLine(SSLContext trust, int port, InetAddress from, ServerSocket entrance) {
        this.trust = trust;
        this.port = port;
        this.from = from;
        this.entrance = entrance;
    }

    /** A line to the port of 127.0.0.1, which sees it come from this address, any one of 127.0.0.0/8. */
    static TlsLine to(SSLContext trust, int port, String from) {
        try {
            TlsLine line = new TlsLine(
                    trust, port, InetAddress.getByName(from), new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
            start("tls-line", line::accept);
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The other side, by way of this line. */
    Site site(String contextPath) {
        return new Site("127.0.0.1", entrance.getLocalPort(), contextPath);
    }

    private void accept() {
        try {
            while (true) {
                Socket near = entrance.accept();
                sockets.add(near);
                Socket far = trust.getSocketFactory().createSocket("127.0.0.1", port, from, 0);
                sockets.add(far);
                start("tls-line-out", () -> copy(near, far));
                start("tls-line-in", () -> copy(far, near));
            }
        } catch (IOException e) {
            close(); // it was closed, or there is nobody on the other side, which the client sees
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

    @Override
    public void close() {
        close(entrance);
        sockets.forEach(TlsLine::close);
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
