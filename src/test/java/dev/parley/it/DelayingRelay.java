package dev.parley.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/** A long line to a site: every byte takes as long each way. New connections go to the site of that moment. Thread-safe. */
final class DelayingRelay implements AutoCloseable {
    private final ServerSocket entrance;
    private final Duration oneWay;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile URL site;

    DelayingRelay(URL site, Duration oneWay) throws IOException {
        this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.site = site;
        this.oneWay = oneWay;
        start(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    void leadTo(URL next) {
        site = next;
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket near = entrance.accept();
                sockets.add(near);
                Socket far = new Socket(site.getHost(), site.getPort());
                sockets.add(far);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                carry(near, far);
                carry(far, near);
            } catch (IOException e) {
                // The site has gone, or the entrance is closed.
            }
        }
    }

    private void carry(Socket from, Socket to) {
        DelayQueue<Piece> line = new DelayQueue<>();
        start(() -> {
            byte[] buffer = new byte[65_536];
            try (InputStream in = from.getInputStream()) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    line.add(new Piece(ByteBuffer.wrap(buffer.clone(), 0, read), System.nanoTime() + oneWay.toNanos()));
                }
            } catch (IOException e) {
                // As an end: the other side is to notice it as late as everything else.
            }
            line.add(new Piece(ByteBuffer.allocate(0), System.nanoTime() + oneWay.toNanos()));
        });
        start(() -> {
            try (to) {
                for (Piece piece = line.take(); piece.bytes.hasRemaining(); piece = line.take()) {
                    Channels.newChannel(to.getOutputStream()).write(piece.bytes);
                }
            } catch (IOException | InterruptedException e) {
                // Nobody is there any more to be told.
            }
        });
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "delaying-relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Nothing is the end. */
    private record Piece(ByteBuffer bytes, long due) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due, ((Piece) other).due);
        }
    }
}
