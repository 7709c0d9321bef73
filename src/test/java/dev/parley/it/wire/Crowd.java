package dev.parley.it.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Many WebSocket clients on one thread, which report every delivery to a {@link Witness} and can be told to stop
 * reading one by one.
 *
 * <p>Thread-safe. All sockets belong to the crowd's own thread; the other methods only leave it an order. A failure of
 * that thread, such as a handshake that is refused, shows in the next call of any method.
 */
public final class Crowd implements AutoCloseable {
    /** More at a time would only queue in the listener's backlog, where a lost SYN costs a second. */
    private static final int MAX_HANDSHAKES_AT_ONCE = 32;

    private static final int READ_BUFFER_BYTES = 1024 * 1024;

    /** Sees what members receive, on the crowd's thread, so it must not block. */
    public interface Witness {
        /** A whole text message; the buffer is the witness's only during the call. */
        void text(int member, ByteBuffer utf8);

        /** The close frame, or code 1006 with how the connection ended without one. Once a member. */
        void ended(int member, int code, String reason);
    }

    private final List<CrowdMember> members = new ArrayList<>();
    private final Queue<CrowdMember> waiting = new ArrayDeque<>();
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final int receiveBufferBytes;
    private final CountDownLatch joined;
    private final Selector selector;
    private final Thread thread;
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BUFFER_BYTES);

    private volatile boolean isClosing;
    private volatile Throwable failure;

    private Crowd(List<UpgradeRequest> requests, int receiveBufferBytes, Witness witness) throws IOException {
        this.receiveBufferBytes = receiveBufferBytes;
        for (UpgradeRequest request : requests) {
            members.add(new CrowdMember(members.size(), request, witness));
        }
        waiting.addAll(members);
        joined = new CountDownLatch(requests.size());
        selector = Selector.open();
        thread = new Thread(this::run, "crowd");
        thread.setDaemon(true);
    }

    /** Connects everybody, and returns when all are accepted and taking part. */
    public static Crowd gather(List<UpgradeRequest> requests, Witness witness) {
        return gather(requests, 0, witness);
    }

    /**
     * The same, with receive buffers of that size ({@code SO_RCVBUF}; 0 is the system's default). A small one also keeps
     * the server's send buffer from growing, so that it takes the same for each member who does not read.
     */
    public static Crowd gather(List<UpgradeRequest> requests, int receiveBufferBytes, Witness witness) {
        Crowd crowd;
        try {
            crowd = new Crowd(requests, receiveBufferBytes, witness);
        } catch (IOException e) {
            throw new AssertionError("cannot open a selector", e);
        }
        crowd.thread.start();
        try {
            crowd.awaitJoined(Duration.ofSeconds(60));
        } catch (AssertionError e) {
            crowd.close();
            throw e;
        }
        return crowd;
    }

    private void awaitJoined(Duration patience) {
        try {
            boolean isComplete = joined.await(patience.toSeconds(), TimeUnit.SECONDS);
            mustBeWell();
            if (!isComplete) {
                throw new AssertionError(joined.getCount() + " of " + members.size() + " had still not joined after "
                        + patience.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the crowd gathered", e);
        }
    }

    public int size() {
        return members.size();
    }

    /** The member's end of its connection, by which the server's end is found in the kernel's tables. */
    public int localPort(int member) {
        return members.get(member).localPort();
    }

    public void sendText(int member, String text) {
        send(member, Frame.text(text));
    }

    public void send(int member, Frame frame) {
        byte[] bytes = frame.bytes();
        order(() -> members.get(member).write(ByteBuffer.wrap(bytes)));
    }

    /** From now on the member takes nothing from its socket, while the connection stays open. */
    public void stopReading(int member) {
        order(() -> members.get(member).setReading(false));
    }

    public void resumeReading(int member) {
        order(() -> members.get(member).setReading(true));
    }

    private void order(Runnable order) {
        mustBeWell();
        orders.add(order);
        selector.wakeup();
    }

    /** Fails if the crowd's thread has. */
    public void mustBeWell() {
        if (failure != null) {
            throw new AssertionError("the crowd failed: " + failure.getMessage(), failure);
        }
    }

    private void run() {
        try {
            while (!isClosing) {
                connectMore();
                for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                    order.run();
                }
                selector.select(key -> serve((CrowdMember) key.attachment(), key), 100);
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            failure = e;
            while (joined.getCount() > 0) {
                joined.countDown();
            }
        }
    }

    private void connectMore() throws IOException {
        long through = members.size() - joined.getCount();
        while (!waiting.isEmpty() && members.size() - waiting.size() - through < MAX_HANDSHAKES_AT_ONCE) {
            CrowdMember member = waiting.remove();
            Site site = member.request().site();
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (receiveBufferBytes > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
            }
            channel.connect(new InetSocketAddress(site.host(), site.port()));
            member.connecting(channel.register(selector, SelectionKey.OP_CONNECT, member));
        }
    }

    private void serve(CrowdMember member, SelectionKey key) {
        if (key.isValid() && key.isConnectable()) {
            member.connected();
        }
        if (key.isValid() && key.isWritable()) {
            member.flush();
        }
        if (key.isValid() && key.isReadable()) {
            boolean wasJoined = member.isJoined();
            member.read(readBuffer);
            if (!wasJoined && member.isJoined()) {
                joined.countDown();
            }
        }
    }

    /** Closes every connection without a close frame. */
    @Override
    public void close() {
        isClosing = true;
        Selectors.close(selector, thread, () -> members.forEach(CrowdMember::close));
    }
}
