package dev.parley.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Clients of one server. Everything happens on the thread that calls {@link #poll}; nothing here is thread-safe.
 *
 * <p>They come from many loopback addresses, so that neither ports nor sockets still in TIME_WAIT run out.
 */
public final class Fleet implements AutoCloseable {
    /** What a fleet reports, from within {@link #poll}. */
    public interface Listener {
        /** A client's handshake is done. */
        default void opened(Peer peer) {}

        /** A whole text message; the bytes are good until this returns. */
        default void text(Peer peer, byte[] bytes, int from, int to) {}

        /** A client is over: by the server's close frame, by the end of its connection, or refused. */
        default void over(Peer peer, int code) {}
    }

    private static final int READ_BYTES = 1 << 18;
    private static final int HANDSHAKES_AT_ONCE = 64;
    private static final int SOURCE_ADDRESSES = 60;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Selector selector;
    private final InetSocketAddress server;
    private final String contextPath;
    private final Dialect dialect;
    private final byte[] readBuffer = new byte[READ_BYTES];
    private final List<Peer> peers = new ArrayList<>();
    private Listener listener = new Listener() {};
    private int open;
    private int over;
    private String complaint = "";

    public Fleet(InetSocketAddress server, String contextPath, Dialect dialect) {
        this.server = server;
        this.contextPath = contextPath;
        this.dialect = dialect;
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Dialect dialect() {
        return dialect;
    }

    /** From now on, reports go here. */
    public void listen(Listener to) {
        listener = to;
    }

    public Peer peer(int index) {
        return peers.get(index);
    }

    /** How many clients there have been. */
    public int size() {
        return peers.size();
    }

    /** How many clients are open now. */
    public int open() {
        return open;
    }

    /** The first thing that went wrong; empty if nothing did. */
    public String complaint() {
        return complaint;
    }

    /**
     * Adds clients and waits until they are open, a few handshakes at a time.
     *
     * @throws LoadException if one is refused, or the limit is over
     */
    public void connect(int count, IntFunction<String> path, Duration limit) {
        int first = peers.size();
        int wanted = open + count;
        long deadline = System.nanoTime() + limit.toNanos();
        while (open < wanted) {
            while (peers.size() - first < count && peers.size() - open - over < HANDSHAKES_AT_ONCE) {
                dial(path.apply(peers.size()));
            }
            poll(NANOS_PER_MILLI);
            if (!complaint.isEmpty() || over > 0) {
                throw new LoadException(over + " clients were lost while " + count + " connected: " + complaint);
            }
            if (System.nanoTime() > deadline) {
                throw new LoadException("only " + open + " of " + wanted + " clients were open after " + limit);
            }
        }
    }

    /** Begins one handshake. */
    public Peer dial(String path) {
        try {
            int index = peers.size();
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(new InetSocketAddress("127.0.0." + (2 + index % SOURCE_ADDRESSES), 0));
            channel.connect(server);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            Peer peer = new Peer(this, index, channel, key, request(path));
            peers.add(peer);
            return peer;
        } catch (IOException e) {
            throw new LoadException("a client could not be made: " + e);
        }
    }

    private ByteBuffer request(String path) {
        String request = "GET " + contextPath + path + " HTTP/1.1\r\nHost: " + server.getHostString() + ":"
                + server.getPort() + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                + UpgradeAnswer.KEY + "\r\nSec-WebSocket-Version: 13\r\n\r\n";
        return ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** Serves the sockets that are ready; waits for one at most this long. */
    public void poll(long nanos) {
        try {
            if (nanos < NANOS_PER_MILLI) {
                selector.selectNow(key -> ((Peer) key.attachment()).ready());
            } else {
                selector.select(key -> ((Peer) key.attachment()).ready(), nanos / NANOS_PER_MILLI);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a chat message or an echo that {@link #chatFrame} or {@link #echoFrame} made. */
    public void send(int peer, ByteBuffer frame) {
        peers.get(peer).send(frame);
    }

    /** The frame by which a member says {@code text}. */
    public ByteBuffer chatFrame(String text) {
        return Frames.text(dialect.chat(text));
    }

    /** The frame that asks for an echo of {@code text}. */
    public ByteBuffer echoFrame(String text) {
        return Frames.text(dialect.echo(text));
    }

    /** Lets go of all sockets. The server should be gone by then, or it will tell everybody who left. */
    @Override
    public void close() {
        peers.forEach(Peer::drop);
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] readBuffer() {
        return readBuffer;
    }

    Listener listener() {
        return listener;
    }

    void opened(Peer peer) {
        open++;
        listener.opened(peer);
    }

    void over(Peer peer, boolean wasOpen, int code) {
        over++;
        open -= wasOpen ? 1 : 0;
        listener.over(peer, code);
    }

    void fail(String what) {
        if (complaint.isEmpty()) {
            complaint = what;
        }
    }
}
