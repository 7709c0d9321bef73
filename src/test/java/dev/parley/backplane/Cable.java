package dev.parley.backplane;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The way between a node and its engine, which can be cut. While a direction is silent, what is sent that way vanishes and no
 * connection is closed, as behind a firewall that has forgotten it; afterwards such a connection is broken.
 */
final class Cable implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean isSilentToEngine;
    private volatile boolean isSilentToNode;
    private volatile long delayMillis;

    Cable(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void silence(boolean toEngine, boolean toNode) {
        isSilentToEngine = toEngine;
        isSilentToNode = toNode;
    }

    /** Ends the silence. */
    void mend() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        isSilentToEngine = false;
        isSilentToNode = false;
    }

    /** Each piece of an answer arrives this much later. */
    void delay(long millis) {
        delayMillis = millis;
    }

    private void accept() {
        try {
            while (true) {
                Socket node = listener.accept();
                Socket engine = new Socket();
                sockets.add(node);
                sockets.add(engine);
                try {
                    engine.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), target), 1_000);
                    daemon(() -> pump(node, engine, true));
                    daemon(() -> pump(engine, node, false));
                } catch (IOException away) {
                    node.close();
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void pump(Socket from, Socket to, boolean isToEngine) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] piece = new byte[64 * 1024];
            for (int length; (length = in.read(piece)) > 0; ) {
                if (!isToEngine && delayMillis > 0) {
                    TimeUnit.MILLISECONDS.sleep(delayMillis);
                }
                if (!(isToEngine ? isSilentToEngine : isSilentToNode)) {
                    out.write(piece, 0, length);
                }
            }
        } catch (IOException | InterruptedException over) {
            // the other side is told by closing
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        mend();
    }
}
