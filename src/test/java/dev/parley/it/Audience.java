package dev.parley.it;

import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Selectors;
import dev.parley.it.wire.Site;
import dev.parley.protocol.EventId;
import dev.parley.protocol.Mark;
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
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Thousands in one room that was empty, on one thread: half of them sockets, half streams of events. The first one is a socket and
 * speaks; the others listen, and may lose their connection and come back over either way in. All must be told the same messages,
 * to the byte, once and in order. A message is parsed when the first member gets it; the others only compare.
 *
 * <p>Thread-safe: all connections belong to the audience's thread; the other methods leave it an order or read a count.
 */
final class Audience implements AutoCloseable {
    private static final int AT_ONCE = 64; // on their way in
    private static final int READ_BYTES = 256 * 1024;
    private static final int UNREAD_BUFFER_BYTES = 4 * 1024;
    private static final long COME_BACK_SOON_MILLIS = 200;
    private static final int BUCKETS_PER_DOUBLING = 16;
    private static final int MAX_WRONGS = 20;
    private static final byte[] MESSAGE = ascii("{\"type\":\"message\"");
    private static final byte[] ACK = ascii(",\"type\":\"ack\"");

    private final InetSocketAddress address;
    private final Site site;
    private final String room;
    private final String more;
    private final long[] due; // by number of message, when it had to be said
    private final byte[][] frames; // by seq, as sockets get it
    private final byte[][] events; // by seq, as streams get it
    private final String[] messages; // by seq, the id
    private final String[] ids; // by seq, the id of the event
    private volatile String epoch = "";
    private final List<Member> members = new ArrayList<>();
    private final List<Member> unread = new ArrayList<>();
    private final Deque<Member> waiting = new ArrayDeque<>();
    private final PriorityQueue<Member> away =
            new PriorityQueue<>(Comparator.comparingLong(member -> member.returnsAt));
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final Random random = new Random();
    private final Selector selector;
    private final Thread thread;
    private byte[] bytes = new byte[2 * READ_BYTES];
    private int settling;
    private volatile boolean isClosing;
    private final AtomicInteger in = new AtomicInteger();
    private final AtomicInteger unreadIn = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicLong delivered = new AtomicLong();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final Queue<String> wrongs = new ConcurrentLinkedQueue<>();
    private final AtomicLongArray delays = new AtomicLongArray(64 * BUCKETS_PER_DOUBLING);

    private Audience(Site site, String room, String more, int streams, int sockets, int unread, int messages)
            throws IOException {
        this.site = site;
        this.address = new InetSocketAddress(site.host(), site.port());
        this.room = room;
        this.more = more;
        this.due = new long[messages];
        this.frames = new byte[messages + 1][];
        this.events = new byte[messages + 1][];
        this.messages = new String[messages + 1];
        this.ids = new String[messages + 1];
        IntStream.range(0, sockets).forEach(i -> members.add(new Member("socket" + i, false, true)));
        IntStream.range(0, streams).forEach(i -> members.add(new Member("stream" + i, true, true)));
        IntStream.range(0, unread).forEach(i -> this.unread.add(new Member("unread" + i, true, false)));
        waiting.addAll(members);
        waiting.addAll(this.unread);
        selector = Selector.open();
        thread = new Thread(this::run, "audience");
        thread.setDaemon(true);
    }

    /**
     * Begins to let them in.
     *
     * @param more another room, for those who do not read
     * @param unread streams, besides, that are never read
     * @param messages how many will be said at most
     */
    static Audience gather(Site site, String room, String more, int streams, int sockets, int unread, int messages) {
        try {
            Audience audience = new Audience(site, room, more, streams, sockets, unread, messages);
            audience.thread.start();
            return audience;
        } catch (IOException e) {
            throw new AssertionError("cannot open a selector", e);
        }
    }

    int size() {
        return members.size();
    }

    /** Whether all are in, those who do not read, too. */
    boolean isComplete() {
        return in.get() == members.size() && unreadIn.get() == unread.size();
    }

    /** The first one says a message, which had to be said then. */
    void say(int number, long dueNanos, String padding) {
        due[number] = dueNanos;
        Frame frame = Frame.text("{\"id\":" + number + ",\"type\":\"send\",\"room\":\"" + room + "\",\"key\":\"k"
                + number + "\",\"data\":\"" + number + " " + padding + "\"}");
        ByteBuffer out = ByteBuffer.wrap(frame.bytes());
        order(() -> members.get(0).say(out));
    }

    /** Breaks a member's connection, which comes back over another one, of either kind, after so long. */
    void cut(int member, long awayMillis) {
        order(() -> members.get(member).cut(awayMillis));
    }

    int acknowledged() {
        return acknowledged.get();
    }

    /** How many messages everybody has had, whoever is away at the moment, too. */
    int heardByAll() {
        int least = Integer.MAX_VALUE;
        for (Member member : members) {
            least = Math.min(least, member.next - 1);
        }
        return least;
    }

    /** Whether everybody is in and has had the messages up to that seq. */
    boolean hasHeard(int seq) {
        return in.get() == members.size() && members.stream().allMatch(member -> member.next == seq + 1);
    }

    long delivered() {
        return delivered.get();
    }

    int count(String what) {
        AtomicInteger count = counts.get(what);
        return count == null ? 0 : count.get();
    }

    /** What was not as it should be, the first of it. */
    List<String> wrongs() {
        return List.copyOf(wrongs);
    }

    /** The delay, in milliseconds, that so many of a hundred deliveries kept to, of those who were there when it was said. */
    double delay(double percent) {
        long total = IntStream.range(0, delays.length()).mapToLong(delays::get).sum();
        long sum = 0;
        for (int i = 0; i < delays.length(); i++) {
            sum += delays.get(i);
            if (sum > 0 && sum >= total * percent / 100) {
                return Math.pow(2, (i + 1.0) / BUCKETS_PER_DOUBLING) / 1e6;
            }
        }
        return Double.NaN;
    }

    @Override
    public String toString() {
        return delivered + " delivered, " + new TreeMap<>(counts)
                + ", p50 %.1f ms, p99 %.1f ms, worst %.1f ms".formatted(delay(50), delay(99), delay(100));
    }

    private void order(Runnable order) {
        orders.add(order);
        selector.wakeup();
    }

    private void add(String what) {
        counts.computeIfAbsent(what, name -> new AtomicInteger()).incrementAndGet();
    }

    private void wrong(String what) {
        add("wrong");
        if (count("wrong") <= MAX_WRONGS) {
            wrongs.add(what);
        }
    }

    private void run() {
        try {
            while (!isClosing) {
                for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                    order.run();
                }
                while (!away.isEmpty() && away.element().returnsAt - System.nanoTime() <= 0) {
                    waiting.add(away.remove());
                }
                while (!waiting.isEmpty() && settling < AT_ONCE) {
                    waiting.remove().connect();
                }
                selector.select(key -> ((Member) key.attachment()).serve(), 20);
            }
        } catch (IOException | RuntimeException e) {
            wrong("the audience failed: " + e + Arrays.toString(e.getStackTrace()));
        }
    }

    @Override
    public void close() {
        isClosing = true;
        Selectors.close(selector, thread, () -> {
            members.forEach(Member::abort);
            unread.forEach(Member::abort);
        });
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean begins(byte[] bytes, int from, int to, byte[] with) {
        return to - from >= with.length && Arrays.equals(bytes, from, from + with.length, with, 0, with.length);
    }

    private static String unquoted(String text) {
        return text.substring(1, text.length() - 1);
    }

    private void wasLate(long nanos) {
        double doublings = Math.log((double) Math.max(1, nanos)) / Math.log(2);
        delays.incrementAndGet((int) (doublings * BUCKETS_PER_DOUBLING));
    }

    /** One of them; belongs to the audience's thread. */
    private final class Member {
        private final String name;
        private final boolean isReading;
        private boolean isStream;
        private volatile int next; // the seq that must come; 0 before it was in for the first time
        private long returnsAt;
        private long inSince;
        private boolean isSettled = true;
        private boolean isIn;
        private @Nullable SocketChannel channel;
        private @Nullable SelectionKey key;
        private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
        private byte[] partial = new byte[0]; // what is no whole event yet
        private boolean hasHead;
        private final Chunks chunks = new Chunks();

        Member(String name, boolean isStream, boolean isReading) {
            this.name = name;
            this.isStream = isStream;
            this.isReading = isReading;
        }

        void connect() {
            settling++;
            isSettled = false;
            hasHead = false;
            partial = new byte[0];
            unsent.clear();
            chunks.begin();
            try {
                SocketChannel opened = SocketChannel.open();
                channel = opened;
                opened.configureBlocking(false);
                opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
                if (!isReading) {
                    opened.setOption(StandardSocketOptions.SO_RCVBUF, UNREAD_BUFFER_BYTES);
                }
                opened.connect(address);
                key = opened.register(selector, SelectionKey.OP_CONNECT, this);
            } catch (IOException e) {
                lost("cannot connect: " + e);
            }
        }

        private byte[] head() {
            if (!isStream) {
                return RoomsClient.handshake(site).bytes();
            }
            String since = next == 0 ? "" : "Last-Event-ID: " + ids(next - 1) + "\r\n";
            String path = isReading ? "/rooms/" + room + "/events" : "/rooms/events?room=" + room + "&room=" + more;
            return ascii("GET " + site.contextPath() + path + " HTTP/1.1\r\nHost: " + site.authority()
                    + "\r\nAuthorization: Bearer " + name + "\r\n" + since + "\r\n");
        }

        /** As a stream has had it; a socket's place is as good. */
        private String ids(int seq) {
            return ids[seq] != null ? ids[seq] : EventId.of(Map.of(room, new Mark(epoch, seq, messages[seq])));
        }

        void serve() {
            try {
                if (key.isValid() && key.isConnectable()) {
                    channel.finishConnect();
                    key.interestOps(SelectionKey.OP_READ);
                    say(ByteBuffer.wrap(head()));
                }
                if (key.isValid() && key.isWritable()) {
                    flush();
                }
                if (key.isValid() && key.isReadable()) {
                    read();
                }
            } catch (IOException e) {
                lost(e.toString());
            }
        }

        void say(ByteBuffer out) {
            unsent.add(out);
            try {
                flush();
            } catch (IOException e) {
                lost(e.toString());
            }
        }

        private void tell(String json) {
            say(ByteBuffer.wrap(Frame.text(json).bytes()));
        }

        private void flush() throws IOException {
            while (!unsent.isEmpty()) {
                channel.write(unsent.element());
                if (unsent.element().hasRemaining()) {
                    key.interestOpsOr(SelectionKey.OP_WRITE);
                    return;
                }
                unsent.remove();
            }
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }

        private void read() throws IOException {
            int kept = partial.length;
            if (bytes.length < kept + READ_BYTES) {
                bytes = new byte[2 * (kept + READ_BYTES)];
            }
            int count = channel.read(ByteBuffer.wrap(bytes, kept, READ_BYTES));
            if (count < 0) {
                lost("the end");
                return;
            }
            System.arraycopy(partial, 0, bytes, 0, kept);
            int from = 0;
            int to = kept + count;
            int raw = kept; // where what has just come begins
            if (!hasHead) {
                from = readHead(to);
                raw = from;
            }
            if (hasHead) {
                to = isStream ? chunks.strip(bytes, raw, to) : to;
                from = isStream ? readEvents(from, to) : readFrames(from, to);
            }
            partial = from == to ? partial.length == 0 ? partial : new byte[0] : Arrays.copyOfRange(bytes, from, to);
            if (channel.isOpen() && chunks.isOver()) {
                lost("the last chunk");
            }
        }

        /** Where the answer's content begins, once its head is whole. */
        private int readHead(int to) {
            String head = new String(bytes, 0, to, StandardCharsets.ISO_8859_1);
            int end = head.indexOf("\r\n\r\n") + 4;
            if (end < 4) {
                return 0;
            }
            if (!head.startsWith(isStream ? "HTTP/1.1 200" : "HTTP/1.1 101")) {
                wrong(name + " was answered " + head);
                lost("no");
                return to;
            }
            hasHead = true;
            if (!isStream) {
                tell("{\"id\":1,\"type\":\"connect\",\"token\":\"" + name + "\"}");
            }
            return end;
        }

        private int readFrames(int from, int to) {
            int at = from;
            while (to - at >= 2 && hasHead) {
                int length = bytes[at + 1] & 0xff;
                int begin = at + 2;
                if (length == 126) {
                    begin += 2;
                    length = to < begin ? to : short16(at + 2);
                } else if (length == 127) {
                    begin += 8;
                    length = to < begin ? to : ByteBuffer.wrap(bytes).getInt(at + 6);
                }
                int end = begin + length;
                if (end > to) {
                    break;
                }
                if (bytes[at] == (byte) 0x81) {
                    if (isNext(frames, begin, end)) {
                        took();
                    } else {
                        hear(begin, end, frames, begin, end, "");
                    }
                } else if (bytes[at] == (byte) 0x89) {
                    say(ByteBuffer.wrap(
                            Frame.pong(Arrays.copyOfRange(bytes, begin, end)).bytes()));
                } else {
                    add("told " + Integer.toHexString(bytes[at] & 0xff) + " " + (length < 2 ? "" : short16(begin)));
                }
                at = end;
            }
            return at;
        }

        private int short16(int at) {
            return ByteBuffer.wrap(bytes).getShort(at) & 0xffff;
        }

        private int readEvents(int from, int to) {
            int at = from;
            while (at < to && hasHead) {
                byte[] known = next > 0 && next < events.length ? events[next] : null;
                if (known != null && begins(bytes, at, to, known)) {
                    at += known.length;
                    took();
                    continue;
                }
                int end = at;
                while (end + 1 < to && (bytes[end] != '\n' || bytes[end + 1] != '\n')) {
                    end++;
                }
                if (end + 1 >= to) {
                    break;
                }
                readEvent(at, end + 2);
                at = end + 2;
            }
            return at;
        }

        private void readEvent(int from, int to) {
            String id = "";
            for (int line = from; line < to; ) {
                int end = line;
                while (bytes[end] != '\n') {
                    end++;
                }
                if (begins(bytes, line, end, ascii("id: "))) {
                    id = new String(bytes, line + 4, end - line - 4, StandardCharsets.US_ASCII);
                } else if (begins(bytes, line, end, ascii("data: "))) {
                    hear(line + 6, end, events, from, to, id);
                }
                line = end + 1;
            }
        }

        private boolean isNext(byte[][] known, int from, int to) {
            byte[] expected = next > 0 && next < known.length ? known[next] : null;
            return expected != null && isIn && Arrays.equals(bytes, from, to, expected, 0, expected.length);
        }

        private void took() {
            int seq = next;
            next = seq + 1;
            delivered.incrementAndGet();
            if (due[seq - 1] - inSince > 0) {
                wasLate(System.nanoTime() - due[seq - 1]);
            }
        }

        /** Something that is not the expected message as others have had it. */
        private void hear(int from, int to, byte[][] known, int wholeFrom, int wholeTo, String id) {
            int type = bytes[from + 1] == '"' && bytes[from + 2] == 'i' ? Math.max(from, comma(from, to)) : from;
            if (begins(bytes, type, to, ACK)) {
                acknowledged.incrementAndGet();
                return;
            }
            String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
            if (!isReading) {
                if (!isIn && text.contains("\"type\":\"joined\"")) {
                    joined(text);
                }
                return;
            }
            if (begins(bytes, from, to, MESSAGE)) {
                int seq = Integer.parseInt(RoomsClient.field(text, "seq"));
                int number = Integer.parseInt(
                        unquoted(RoomsClient.field(text, "data")).split(" ", 2)[0]);
                if (!isIn || seq != next || number != seq - 1 || known[seq] != null) {
                    wrong(name + " expected " + next + " and was told " + text);
                    next = seq; // one fault is one
                } else {
                    known[seq] = Arrays.copyOfRange(bytes, wholeFrom, wholeTo);
                    String message = unquoted(RoomsClient.field(text, "message"));
                    if (messages[seq] != null && !messages[seq].equals(message)) {
                        wrong(seq + " is " + message + " and " + messages[seq]);
                    }
                    messages[seq] = message;
                    if (!id.isEmpty()) {
                        ids[seq] = id;
                    }
                }
                took();
            } else if (text.contains("\"type\":\"welcome\"")) {
                if (!isStream) {
                    join();
                }
            } else if (text.contains("\"type\":\"joined\"")) {
                joined(text);
            } else if (text.contains("\"type\":\"ping\"")) {
                tell("{\"type\":\"pong\"}");
            } else if (text.contains("\"type\":\"gap\"")) {
                add("gap");
                leaves();
                if (isStream) {
                    cut(0);
                } else {
                    join();
                }
            } else {
                wrong(name + " was told " + text);
            }
        }

        private int comma(int from, int to) {
            int at = from;
            while (at < to && bytes[at] != ',') {
                at++;
            }
            return at;
        }

        private void join() {
            tell("{\"id\":2,\"type\":\"join\",\"room\":\"" + room + "\""
                    + (next == 0
                            ? ""
                            : ",\"since\":{\"epoch\":\"" + epoch + "\",\"seq\":" + (next - 1) + ",\"message\":\""
                                    + messages[next - 1] + "\"}")
                    + "}");
        }

        private void joined(String text) {
            String position = RoomsClient.field(text, "position");
            int seq = Integer.parseInt(RoomsClient.field(position, "seq"));
            if (next == 0) {
                epoch = unquoted(RoomsClient.field(position, "epoch"));
                messages[0] = unquoted(RoomsClient.field(position, "message"));
                if (seq != 0) { // nobody has said anything when the first ones come
                    wrong(name + " came too late: " + text);
                }
                next = seq + 1;
            } else if (text.contains("\"resume\":\"ok\"")) {
                add("resumed as a " + (isStream ? "stream" : "socket"));
            } else {
                wrong(name + " lost what it missed: " + text);
                next = seq + 1;
            }
            isIn = true;
            inSince = System.nanoTime();
            (isReading ? in : unreadIn).incrementAndGet();
            settle();
            if (!isReading) {
                key.interestOps(0);
            }
        }

        private void settle() {
            if (!isSettled) {
                isSettled = true;
                settling--;
            }
        }

        private void leaves() {
            if (isIn) {
                isIn = false;
                (isReading ? in : unreadIn).decrementAndGet();
            }
        }

        void cut(long awayMillis) {
            if (hasHead && isIn) {
                add("cut");
                goAway(awayMillis);
            }
        }

        private void goAway(long awayMillis) {
            abort();
            leaves();
            settle();
            hasHead = false;
            boolean was = isStream;
            isStream = random.nextBoolean();
            if (was != isStream) {
                add("changed to a " + (isStream ? "stream" : "socket"));
            }
            returnsAt = System.nanoTime() + Duration.ofMillis(awayMillis).toNanos();
            away.add(this);
        }

        private void lost(String how) {
            add("lost by the node: " + how);
            goAway(COME_BACK_SOON_MILLIS);
        }

        /** As if the process had been killed: a reset, or as if it had ended. */
        void abort() {
            try {
                if (channel != null) {
                    if (random.nextBoolean()) {
                        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                    }
                    channel.close();
                }
            } catch (IOException e) {
                throw new AssertionError("cannot close", e);
            }
        }
    }

    /** The chunks of one answer (RFC 9112, section 7.1). */
    private static final class Chunks {
        private static final int CRLF = 2;
        private int size;
        private int left; // of the content
        private int skip; // of what ends a chunk
        private boolean isLast;

        void begin() {
            size = 0;
            left = 0;
            skip = 0;
            isLast = false;
        }

        boolean isOver() {
            return isLast;
        }

        /** Takes what is no content out; returns where the content ends now. */
        int strip(byte[] bytes, int from, int to) {
            int end = from;
            int at = from;
            while (at < to && !isLast) {
                if (left > 0) {
                    int count = Math.min(left, to - at);
                    System.arraycopy(bytes, at, bytes, end, count);
                    at += count;
                    end += count;
                    left -= count;
                    skip = left == 0 ? CRLF : 0;
                } else if (skip > 0) {
                    skip--;
                    at++;
                } else {
                    byte octet = bytes[at++];
                    if (octet == '\n') {
                        left = size;
                        isLast = size == 0;
                        size = 0;
                    } else if (octet != '\r') {
                        size = 16 * size + Character.digit(octet, 16);
                    }
                }
            }
            return end;
        }
    }
}
