package dev.parley.it.wire;

import java.io.IOException;
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

/**
 * One TCP connection on which a test decides about every byte, and which also shows how the peer ended it.
 *
 * <p>Used by one thread at a time. Non-blocking underneath, so that a write to a peer that does not read, and a read
 * from one that does not write, both fail after {@link #PATIENCE} instead of hanging the build.
 */
public final class RawSocket implements AutoCloseable {
    /** Longer than any answer takes on a busy two-core machine; no passing test waits for it. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int MAX_HEAD_BYTES = 64 * 1024;

    /** How the peer ended its direction: in order, or by a reset. */
    public enum End {
        FIN,
        RESET
    }

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final String name;

    /** Bytes received and not yet read, between position and limit. */
    private ByteBuffer received = ByteBuffer.allocate(16 * 1024).flip();

    private End end;

    private RawSocket(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.key = channel.register(selector, 0);
        this.name = channel.getLocalAddress() + " -> " + channel.getRemoteAddress();
    }

    public static RawSocket connect(Site site) {
        try {
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket()
                    .connect(new InetSocketAddress(site.host(), site.port()), Math.toIntExact(PATIENCE.toMillis()));
            channel.configureBlocking(false);
            return new RawSocket(channel, Selector.open());
        } catch (IOException e) {
            throw new AssertionError("cannot connect to " + site.authority(), e);
        }
    }

    /**
     * Writes all bytes, in one segment where they fit. A peer that has closed is no failure here: what it sent before
     * is what the test wants to read.
     */
    public void send(byte[] bytes) {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        long deadline = deadline(PATIENCE);
        try {
            while (out.hasRemaining()) {
                if (channel.write(out) == 0) {
                    // Reading meanwhile keeps an echo of more than the kernel's buffers from blocking both sides.
                    int ready = await(SelectionKey.OP_WRITE | SelectionKey.OP_READ, deadline);
                    if (ready == 0) {
                        throw new AssertionError(name + ": the peer took no byte for " + PATIENCE.toSeconds() + " s, "
                                + out.remaining() + " of " + bytes.length + " were left");
                    }
                    if ((ready & SelectionKey.OP_READ) != 0) {
                        fill();
                    }
                }
            }
        } catch (IOException closedByPeer) {
            // The next read tells how.
        }
    }

    /** Writes the bytes in pieces, each its own system call and, where the peer keeps up, its own segment. */
    public void dribble(byte[] bytes, int pieceBytes) {
        for (int from = 0; from < bytes.length; from += pieceBytes) {
            byte[] piece = new byte[Math.min(pieceBytes, bytes.length - from)];
            System.arraycopy(bytes, from, piece, 0, piece.length);
            send(piece);
        }
    }

    /** The next byte as 0 to 255, or -1 when the peer has ended the connection. */
    int read() {
        return isReadable() ? received.get() & 0xff : -1;
    }

    /** Exactly so many bytes; fewer because the peer ended the connection is a failure. */
    byte[] readExactly(int count) {
        byte[] bytes = new byte[count];
        int got = 0;
        while (got < count) {
            if (!isReadable()) {
                throw new AssertionError(name + ": " + end + " after " + got + " of " + count + " bytes");
            }
            int part = Math.min(received.remaining(), count - got);
            received.get(bytes, got, part);
            got += part;
        }
        return bytes;
    }

    /** Reads one response. The body ends by its length, its chunks or the end of the connection. */
    public HttpResponse readResponse(boolean isBodiless) {
        List<String> lines = new ArrayList<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            lines.add(line);
        }
        if (lines.isEmpty() || !lines.get(0).matches("HTTP/1\\.[01] [1-5]\\d\\d.*")) {
            throw new AssertionError(name + ": no HTTP response: " + lines);
        }
        List<Header> headers = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(":", 2);
            headers.add(new Header(parts[0], parts.length < 2 ? "" : parts[1].strip()));
        }
        HttpResponse head = new HttpResponse(lines.get(0), headers, "");
        boolean hasNoBody = isBodiless || head.status() < 200 || head.status() == 204 || head.status() == 304;
        return hasNoBody ? head : new HttpResponse(lines.get(0), headers, readBody(head));
    }

    private String readBody(HttpResponse head) {
        if (head.value("Transfer-Encoding").filter("chunked"::equalsIgnoreCase).isPresent()) {
            StringBuilder body = new StringBuilder();
            for (int size = readChunkSize(); size > 0; size = readChunkSize()) {
                body.append(latin1(readExactly(size)));
                readLine();
            }
            readLine();
            return body.toString();
        }
        if (head.value("Content-Length").isPresent()) {
            return latin1(
                    readExactly(Integer.parseInt(head.value("Content-Length").get())));
        }
        StringBuilder body = new StringBuilder();
        for (int next = read(); next >= 0; next = read()) {
            body.append((char) next);
        }
        return body.toString();
    }

    private int readChunkSize() {
        return Integer.parseInt(readLine().split(";", 2)[0].strip(), 16);
    }

    private String readLine() {
        StringBuilder line = new StringBuilder();
        for (int next = read(); next != '\n'; next = read()) {
            if (next < 0) {
                throw new AssertionError(name + ": " + end + " instead of a response, after \"" + line + "\"");
            }
            line.append((char) next);
            if (line.length() > MAX_HEAD_BYTES) {
                throw new AssertionError(name + ": endless line in the response head: " + line.substring(0, 200));
            }
        }
        return line.toString().stripTrailing();
    }

    /** Waits for the peer's end; any byte before it is a failure. */
    public End expectEnd() {
        if (isReadable()) {
            throw new AssertionError(name + ": expected the end of the connection, but " + received.remaining()
                    + " bytes came: " + preview());
        }
        return end;
    }

    /** Reads and drops everything until the peer's end; the answer is how many bytes that were. */
    public long drain() {
        long count = 0;
        while (isReadable()) {
            count += received.remaining();
            received.position(received.limit());
        }
        return count;
    }

    End end() {
        return end;
    }

    /** Ends our direction in order and leaves the other one open. */
    public void fin() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(name + ": cannot send FIN", e);
        }
    }

    /** Ends the connection with RST. */
    public void reset() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            throw new AssertionError(name + ": cannot send RST", e);
        }
        close();
    }

    /** Waits until a byte is there, true, or the peer has ended the connection, false. */
    private boolean isReadable() {
        long deadline = deadline(PATIENCE);
        try {
            while (!received.hasRemaining() && end == null) {
                fill();
                if (!received.hasRemaining() && end == null && await(SelectionKey.OP_READ, deadline) == 0) {
                    throw new AssertionError(name + ": nothing came for " + PATIENCE.toSeconds() + " s");
                }
            }
        } catch (IOException e) {
            throw new AssertionError(name + ": cannot wait for bytes", e);
        }
        return received.hasRemaining();
    }

    /** Takes what the kernel has. A reset shows only after the bytes that came before it. */
    private void fill() {
        if (!received.hasRemaining()) {
            received.clear().flip();
        }
        received.compact();
        if (!received.hasRemaining()) {
            received = ByteBuffer.allocate(2 * received.capacity()).put(received.flip());
        }
        try {
            if (channel.read(received) < 0) {
                end = End.FIN;
            }
        } catch (IOException reset) {
            end = End.RESET;
        } finally {
            received.flip();
        }
    }

    private int await(int operations, long deadline) throws IOException {
        key.interestOps(operations);
        while (true) {
            long leftMillis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (leftMillis <= 0) {
                return 0;
            }
            if (selector.select(leftMillis) > 0) {
                selector.selectedKeys().clear();
                return key.readyOps();
            }
        }
    }

    private static long deadline(Duration patience) {
        return System.nanoTime() + patience.toNanos();
    }

    private String preview() {
        return latin1(received.duplicate(), 120).replaceAll("[^ -~]", ".");
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String latin1(ByteBuffer bytes, int limit) {
        byte[] copy = new byte[Math.min(limit, bytes.remaining())];
        bytes.get(copy);
        return latin1(copy);
    }

    @Override
    public void close() {
        if (!selector.isOpen()) {
            return;
        }
        try (selector) {
            channel.close();
            // The kernel socket lives until the key is deregistered.
            selector.selectNow();
        } catch (IOException e) {
            throw new AssertionError(name + ": cannot close", e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
