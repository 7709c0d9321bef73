package dev.parley.bench.scenario;

import dev.parley.bench.load.Dialect;
import dev.parley.bench.load.Fleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.SynchronousQueue;

/**
 * What the load generator itself can take: deliveries a second that it reads and checks on one core, from a thread that does
 * nothing but write frames made beforehand. A server that comes near it has been measured no better than the generator allows.
 *
 * @param single when each read brings one frame
 * @param coalesced when each read brings {@value #BATCH} frames
 */
public record Ceiling(double single, double coalesced) {
    private static final int MEMBERS = 200;
    private static final int BATCH = 64;
    private static final int TEXT_BYTES = 64;
    private static final int REQUEST_BYTES = 4_096;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
    private static final Duration WARM_UP = Duration.ofMillis(1_500);
    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final long POLL_NANOS = 50_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** The answer to the one handshake key that a fleet uses. */
    private static final byte[] ANSWER = """
            HTTP/1.1 101 Switching Protocols\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
            \r
            """.getBytes(StandardCharsets.US_ASCII);

    /** Measures; takes about five seconds, and leaves the generator's own code compiled. */
    public static Ceiling measure() {
        SynchronousQueue<ByteBuffer> batches = new SynchronousQueue<>();
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread writer = new Thread(() -> write(listener, batches), "ceiling");
            writer.setDaemon(true);
            writer.start();
            try (Fleet fleet = new Fleet((InetSocketAddress) listener.getLocalAddress(), "", Dialect.GUIDE)) {
                fleet.connect(MEMBERS, index -> "/ws/" + index, CONNECT_LIMIT);
                Exchange exchange = new Exchange(fleet, MEMBERS, TEXT_BYTES);
                rate(fleet, exchange, batches, BATCH, WARM_UP);
                rate(fleet, exchange, batches, 1, WARM_UP);
                double single = rate(fleet, exchange, batches, 1, WINDOW);
                double coalesced = rate(fleet, exchange, batches, BATCH, WINDOW);
                writer.interrupt();
                return new Ceiling(single, coalesced);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static double rate(
            Fleet fleet, Exchange exchange, SynchronousQueue<ByteBuffer> batches, int size, Duration time)
            throws InterruptedException {
        long deliveries = exchange.deliveries();
        long used = 0;
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            batches.put(batch(exchange, size));
            long before = THREADS.getCurrentThreadCpuTime();
            while (exchange.underWay() > 0) {
                fleet.poll(POLL_NANOS);
            }
            used += THREADS.getCurrentThreadCpuTime() - before;
            exchange.restartCompletions();
        }
        return (exchange.deliveries() - deliveries) * 1e9 / used;
    }

    private static ByteBuffer batch(Exchange exchange, int size) {
        ByteBuffer batch = ByteBuffer.allocateDirect(size * 2 * TEXT_BYTES);
        for (int i = 0; i < size; i++) {
            byte[] delivery = exchange.expect(i % exchange.senders(), System.nanoTime());
            batch.put((byte) 0x81).put((byte) delivery.length).put(delivery);
        }
        return batch.flip();
    }

    private static void write(ServerSocketChannel listener, SynchronousQueue<ByteBuffer> batches) {
        List<SocketChannel> members = new ArrayList<>();
        try {
            ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES);
            for (int i = 0; i < MEMBERS; i++) {
                SocketChannel member = listener.accept();
                member.read(request.clear()); // small enough to come in one piece
                member.write(ByteBuffer.wrap(ANSWER));
                members.add(member);
            }
            while (true) {
                ByteBuffer batch = batches.take();
                for (SocketChannel member : members) {
                    member.write(batch.duplicate());
                }
            }
        } catch (IOException | InterruptedException over) {
            for (SocketChannel member : members) {
                close(member);
            }
        }
    }

    private static void close(SocketChannel member) {
        try {
            member.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
