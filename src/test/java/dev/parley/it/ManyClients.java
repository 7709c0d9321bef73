package dev.parley.it;

import dev.parley.client.Credential;
import dev.parley.client.ParleyClient;
import dev.parley.client.Room;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * A program with many clients that says on one line what they cost. Each has a connection and a user of its own, is a member of one
 * of a few rooms, and hears all that is said there.
 *
 * <p>Its arguments: the address of the rooms, how many clients, how many rooms, how many messages to each room.
 */
final class ManyClients {
    private static final int JOINING_AT_ONCE = 100; // as a queue of the operating system holds them
    private static final long MEBIBYTE = 1024 * 1024;
    private static final int PATIENCE_SECONDS = 120;

    private final LongAdder heard = new LongAdder();
    private final LongAdder losses = new LongAdder();
    private final List<ParleyClient> clients = new ArrayList<>();
    private final List<Room> memberships = new ArrayList<>();

    private ManyClients() {}

    public static void main(String[] args) throws Exception {
        new ManyClients()
                .run(
                        URI.create(args[0]),
                        Integer.parseInt(args[1]),
                        Integer.parseInt(args[2]),
                        Integer.parseInt(args[3]));
        System.exit(0);
    }

    private void run(URI uri, int count, int rooms, int messages) throws Exception {
        join(uri, count, rooms);
        List<CompletableFuture<Room.Ack>> acks = new ArrayList<>();
        for (int i = 0; i < rooms * messages; i++) {
            acks.add(memberships.get(i % rooms).send(Map.of("n", i)));
        }
        for (CompletableFuture<Room.Ack> ack : acks) {
            ack.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        long due = (long) count * messages;
        for (int i = 0; heard.sum() < due && i < PATIENCE_SECONDS * 10; i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        System.out.println(measured());
        clients.forEach(ParleyClient::close);
    }

    private void join(URI uri, int count, int rooms) throws Exception {
        Semaphore joining = new Semaphore(JOINING_AT_ONCE);
        for (int i = 0; i < count; i++) {
            if (!joining.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new TimeoutException("no more clients come in: " + measured());
            }
            CompletableFuture<Void> in = new CompletableFuture<>();
            CompletableFuture<Void> unused = in.whenComplete((done, failure) -> joining.release());
            ParleyClient client = ParleyClient.connect(uri, Credential.token("user" + i))
                    .onState(state -> losses.add(state.code() == 0 ? 0 : 1));
            clients.add(client);
            memberships.add(client.join("many-" + i % rooms)
                    .onMessage(message -> heard.increment())
                    .onState(state -> {
                        if (state.name() == Room.State.Name.JOINED) {
                            in.complete(null);
                        }
                    }));
        }
        if (!joining.tryAcquire(JOINING_AT_ONCE, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException("some clients do not come in: " + measured());
        }
    }

    private String measured() throws ExecutionException, InterruptedException {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        long joined = memberships.stream()
                .filter(room -> room.state().name() == Room.State.Name.JOINED)
                .count();
        return "clients=%d joined=%d heard=%d losses=%d threads=%d heap=%d direct=%d"
                .formatted(
                        clients.size(),
                        joined,
                        heard.sum(),
                        losses.sum(),
                        ManagementFactory.getThreadMXBean().getPeakThreadCount(),
                        heap / MEBIBYTE,
                        direct / MEBIBYTE);
    }
}
