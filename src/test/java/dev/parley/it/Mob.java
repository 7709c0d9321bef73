package dev.parley.it;

import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Selectors;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Many connections on one thread that send what was prepared and do not care what becomes of them: a refusal, a close and a
 * reset are only counted. Cheap, so that the machine is left to the node and to those who are measured.
 *
 * <p>Thread-safe. {@link #close} ends all with a reset, as a program that is killed does.
 */
final class Mob implements AutoCloseable {
    private static final int AT_ONCE = 64; // on their way in
    private static final int TICK_MILLIS = 20;
    private static final int TAIL = 4 * 1024;

    /** What one does with that which the server sends. */
    enum Reading {
        ALL(0),
        /** Some 3 MB a second. */
        SLOWLY(64 * 1024),
        /** Some 400 kB a second. */
        VERY_SLOWLY(8 * 1024),
        NOTHING(0);

        private final int bytesPerTick;

        Reading(int bytesPerTick) {
            this.bytesPerTick = bytesPerTick;
        }
    }

    /**
     * What one does.
     *
     * @param head what it sends first
     * @param isUpgrade whether it waits for a 101 before it goes on
     * @param worst what it sends then, shared by all who send the same
     * @param times how often it sends that
     * @param enough after how many bytes from the server it goes away; 0 for never
     * @param lives how often it comes back when the connection is ended, counting the first
     */
    record Act(
            ByteBuffer head, boolean isUpgrade, ByteBuffer worst, int times, Reading reading, long enough, int lives) {
        /** Sends some bytes and waits. */
        static Act bytes(byte[] bytes) {
            return new Act(ByteBuffer.wrap(bytes), false, ByteBuffer.allocate(0), 0, Reading.ALL, 0, 1);
        }

        /** Opens a WebSocket connection and waits. */
        static Act open(UpgradeRequest door) {
            return new Act(ByteBuffer.wrap(door.bytes()), true, ByteBuffer.allocate(0), 0, Reading.ALL, 0, 1);
        }

        Act sending(ByteBuffer frames, int times) {
            return new Act(head, isUpgrade, frames, times, reading, enough, lives);
        }

        Act reading(Reading how) {
            return new Act(head, isUpgrade, worst, times, how, enough, lives);
        }

        Act untilItHasRead(long bytes) {
            return new Act(head, isUpgrade, worst, times, reading, bytes, lives);
        }

        Act comingBack(int times) {
            return new Act(head, isUpgrade, worst, this.times, reading, enough, times);
        }
    }

    /** Frames as they are sent by many. */
    static ByteBuffer prepared(List<Frame> frames) {
        byte[] bytes = Frame.bytes(frames);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
    }

    static ByteBuffer prepared(Frame frame) {
        return prepared(List.of(frame));
    }

    private final InetSocketAddress address;
    private final int receiveBufferBytes;
    private final int atOnce;
    private final List<Member> members = new ArrayList<>();
    private final Deque<Member> waiting = new ArrayDeque<>();
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final Selector selector;
    private final Thread thread;
    private final CountDownLatch done = new CountDownLatch(1);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    private int settling; // connections on their way to where they wait
    private volatile boolean isClosing;
    private volatile long bytesPerSecond = Long.MAX_VALUE; // of all together
    private volatile long pacedSince;
    private volatile long sentBefore;
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();

    private Mob(Site site, int size, int receiveBufferBytes, int atOnce, IntFunction<Act> acts) throws IOException {
        this.address = new InetSocketAddress(site.host(), site.port());
        this.receiveBufferBytes = receiveBufferBytes;
        this.atOnce = atOnce;
        IntStream.range(0, size).forEach(i -> members.add(new Member(acts.apply(i))));
        waiting.addAll(members);
        selector = Selector.open();
        thread = new Thread(this::run, "mob");
        thread.setDaemon(true);
    }

    /** Sends so many against the site; what each does is made before. */
    static Mob against(Site site, int size, IntFunction<Act> acts) {
        return against(site, size, 0, AT_ONCE, acts);
    }

    /**
     * The same.
     *
     * @param receiveBufferBytes {@code SO_RCVBUF}; 0 is the system's default
     * @param atOnce how many at a time are on their way: not accepted yet or, if they go away after a while, there
     */
    static Mob against(Site site, int size, int receiveBufferBytes, int atOnce, IntFunction<Act> acts) {
        try {
            Mob mob = new Mob(site, size, receiveBufferBytes, atOnce, acts);
            mob.thread.start();
            return mob;
        } catch (IOException e) {
            throw new AssertionError("cannot open a selector", e);
        }
    }

    /** Waits until all have sent what they have to, or are gone; at most so long. */
    Mob act(Duration atMost) throws InterruptedException {
        boolean unused = done.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /**
     * Has all together send so many bytes a second, from now on. As fast as a machine can, they would only show how its two cores
     * are shared between those who attack and the node.
     */
    Mob paced(long bytes) {
        pacedSince = System.nanoTime();
        sentBefore = sent.get();
        bytesPerSecond = bytes;
        return this;
    }

    private boolean maySend() {
        long pace = bytesPerSecond;
        return pace == Long.MAX_VALUE
                || (sent.get() - sentBefore) / (double) pace < (System.nanoTime() - pacedSince) / 1e9;
    }

    /** Lets some time pass. */
    Mob hold(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
        return this;
    }

    /** Each that is there sends these bytes, too, if there is nothing else that it has not sent yet. */
    void drip(byte[] bytes) {
        order(() -> members.forEach(member -> member.drip(bytes)));
    }

    /** One sends this, too. */
    void say(int member, Frame frame) {
        ByteBuffer bytes = prepared(frame);
        order(() -> members.get(member).say(bytes));
    }

    private void order(Runnable order) {
        orders.add(order);
        selector.wakeup();
    }

    /** Whether it is there. */
    boolean isThere(int member) {
        return members.get(member).isThere;
    }

    /** The last bytes that one received, as ISO-8859-1. */
    String tail(int member) {
        return members.get(member).tail;
    }

    private void run() {
        try {
            while (!isClosing) {
                for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                    order.run();
                }
                while (!waiting.isEmpty() && settling < atOnce) {
                    waiting.remove().connect();
                }
                selector.select(key -> ((Member) key.attachment()).serve(), TICK_MILLIS);
                members.forEach(Member::tick);
                if (settling == 0 && waiting.isEmpty() && members.stream().noneMatch(Member::hasMore)) {
                    done.countDown();
                }
            }
        } catch (IOException | RuntimeException e) {
            System.out.println("abuse: the mob failed: " + e);
        } finally {
            done.countDown();
        }
    }

    @Override
    public void close() {
        isClosing = true;
        Selectors.close(selector, thread, () -> members.forEach(Member::abort));
    }

    @Override
    public String toString() {
        return members.size() + " attackers: " + connected + " connected, " + accepted + " accepted, " + refused
                + " refused, " + ended + " ended by the node, " + finished + " done; " + sent.get() / 1024
                + " KiB sent, "
                + received.get() / 1024 + " KiB received";
    }

    /** One of them; belongs to the mob's thread. */
    private final class Member {
        private final Act act;
        private int lives;
        private @Nullable SocketChannel channel;
        private @Nullable SelectionKey key;
        private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
        private int timesLeft;
        private boolean isSettled;
        private @Nullable StringBuilder head; // of the answer, until it is whole
        private long read;
        private volatile boolean isThere;
        private volatile String tail = "";

        Member(Act act) {
            this.act = act;
            this.lives = act.lives();
        }

        void connect() {
            settling++;
            lives--;
            isSettled = false;
            read = 0;
            timesLeft = 0;
            unsent.clear();
            head = act.isUpgrade() ? new StringBuilder() : null;
            try {
                SocketChannel opened = SocketChannel.open();
                channel = opened;
                opened.configureBlocking(false);
                opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
                opened.setOption(StandardSocketOptions.SO_LINGER, 0);
                if (receiveBufferBytes > 0) {
                    opened.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
                }
                opened.connect(address);
                key = opened.register(selector, SelectionKey.OP_CONNECT, this);
            } catch (IOException e) {
                refused.incrementAndGet();
                gone();
            }
        }

        void serve() {
            try {
                if (key.isValid() && key.isConnectable()) {
                    channel.finishConnect();
                    connected.incrementAndGet();
                    isThere = true;
                    key.interestOps(SelectionKey.OP_READ);
                    say(act.head().duplicate());
                    if (!act.isUpgrade()) {
                        begin();
                    }
                }
                if (key.isValid() && key.isWritable()) {
                    flush();
                }
                if (key.isValid() && key.isReadable()) {
                    read(buffer.capacity());
                }
            } catch (IOException e) {
                lost();
            }
        }

        void tick() {
            if (hasMore() && head == null && maySend()) {
                key.interestOpsOr(SelectionKey.OP_WRITE);
            }
            if (isThere && head == null && act.reading().bytesPerTick > 0) {
                try {
                    read(act.reading().bytesPerTick);
                } catch (IOException e) {
                    lost();
                }
            }
        }

        /** It is in, and does its worst. */
        private void begin() throws IOException {
            head = null;
            if (act.enough() == 0) {
                settle();
            }
            timesLeft = act.times();
            if (act.reading() != Reading.ALL) {
                key.interestOpsAnd(~SelectionKey.OP_READ);
            }
            flush();
        }

        void say(ByteBuffer bytes) {
            if (isThere) {
                unsent.add(bytes);
                try {
                    flush();
                } catch (IOException e) {
                    lost();
                }
            }
        }

        void drip(byte[] bytes) {
            if (isThere && unsent.isEmpty()) {
                say(ByteBuffer.wrap(bytes));
            }
        }

        boolean hasMore() {
            return isThere && (!unsent.isEmpty() || timesLeft > 0);
        }

        /** Sends what there is, as much as is taken, but not so much at once that others wait. */
        private void flush() throws IOException {
            for (int turns = 0; turns < 4; turns++) {
                if (head == null && !maySend()) {
                    key.interestOpsAnd(~SelectionKey.OP_WRITE);
                    return;
                }
                if (unsent.isEmpty() && timesLeft > 0) {
                    timesLeft--;
                    unsent.add(act.worst().duplicate());
                }
                ByteBuffer next = unsent.peek();
                if (next == null) {
                    key.interestOpsAnd(~SelectionKey.OP_WRITE);
                    return;
                }
                sent.addAndGet(channel.write(next));
                if (next.hasRemaining()) {
                    break;
                }
                unsent.remove();
            }
            key.interestOpsOr(SelectionKey.OP_WRITE);
        }

        private void read(int atMost) throws IOException {
            buffer.clear().limit(atMost);
            int count = channel.read(buffer);
            if (count < 0) {
                lost();
                return;
            }
            buffer.flip();
            received.addAndGet(count);
            if (head != null) {
                answered(head.append(StandardCharsets.ISO_8859_1.decode(buffer)));
                return;
            }
            read += count;
            if (act.reading() == Reading.SLOWLY && count > 0) {
                String now = tail + StandardCharsets.ISO_8859_1.decode(buffer);
                tail = now.substring(Math.max(0, now.length() - TAIL));
            }
            if (act.enough() > 0 && read >= act.enough()) {
                finished.incrementAndGet();
                lives = 0;
                gone();
            }
        }

        private void answered(StringBuilder text) throws IOException {
            if (text.indexOf("\r\n\r\n") < 0) {
                return;
            }
            if (text.indexOf("HTTP/1.1 101") == 0) {
                accepted.incrementAndGet();
                begin();
            } else {
                refused.incrementAndGet();
                gone();
            }
        }

        private void lost() {
            ended.incrementAndGet();
            gone();
        }

        private void settle() {
            if (!isSettled) {
                isSettled = true;
                settling--;
            }
        }

        private void gone() {
            settle();
            abort();
            if (lives > 0) {
                waiting.add(this);
            }
        }

        void abort() {
            isThere = false;
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                // it is gone all the same
            }
        }

        @Override
        public String toString() {
            return "an attacker";
        }
    }
}
