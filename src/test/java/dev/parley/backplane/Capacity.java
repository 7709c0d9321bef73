package dev.parley.backplane;

import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.backplane.postgres.PostgresEngine;
import dev.parley.backplane.redis.RedisEngine;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much a backplane takes: {@code Capacity address nodes rooms messages inFlight}. All nodes follow all rooms; the first one
 * appends messages of 200 characters, so many of them in flight, and the last node's arrival ends each. Prints messages a second
 * and the median and 99th percentile from append to the last node. No test, but the program behind the page on scaling.
 */
public final class Capacity {
    private static final String TEXT = "x".repeat(200);

    private Capacity() {}

    public static void main(String... arguments) throws Exception {
        int nodes = Integer.parseInt(arguments[1]);
        int rooms = Integer.parseInt(arguments[2]);
        int messages = Integer.parseInt(arguments[3]);
        int inFlight = Integer.parseInt(arguments[4]);
        List<Backplane> backplanes = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            backplanes.add(start(arguments[0]));
        }
        for (int round = 0; round < 3; round++) {
            measure(backplanes, rooms, messages, inFlight, round);
        }
        backplanes.forEach(Backplane::close);
    }

    private static Backplane start(String address) {
        if (address.startsWith("memory")) {
            return new MemoryBackplane(1_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
        }
        return address.startsWith("redis")
                ? EngineBackplane.start(
                        new RedisEngine(address, 1_000),
                        EngineBackplane.Timing.USUAL,
                        "",
                        new Budget(Long.MAX_VALUE),
                        new Threads())
                : EngineBackplane.start(
                        new PostgresEngine(address, 1_000),
                        EngineBackplane.Timing.USUAL,
                        "",
                        new Budget(Long.MAX_VALUE),
                        new Threads());
    }

    private static void measure(List<Backplane> nodes, int rooms, int messages, int inFlight, int round)
            throws Exception {
        long[] sent = new long[messages];
        long[] took = new long[messages];
        int[] arrivals = new int[messages];
        Semaphore free = new Semaphore(inFlight);
        CountDownLatch done = new CountDownLatch(messages);
        AtomicLong breaks = new AtomicLong();
        List<Following> followings = new ArrayList<>();
        for (int i = 0; i < rooms; i++) {
            RoomId room = new RoomId("capacity-" + i);
            for (Backplane node : nodes) {
                Following following = node.follow(room, new Follower() {
                    @Override
                    public void appended(Entry entry) {
                        int number = Integer.parseInt(entry.draft().author().user());
                        synchronized (arrivals) {
                            if (++arrivals[number] < nodes.size()) {
                                return;
                            }
                        }
                        took[number] = System.nanoTime() - sent[number];
                        free.release();
                        done.countDown();
                    }

                    @Override
                    public void broken(Break gap) {
                        breaks.incrementAndGet();
                    }
                });
                followings.add(following);
                following.from().toCompletableFuture().join();
            }
        }
        long start = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            free.acquire();
            sent[i] = System.nanoTime();
            Draft.Author author = new Draft.Author(Integer.toString(i), "c");
            Draft draft = new Draft(start + "-" + i, author, Draft.Kind.MESSAGE, TEXT);
            nodes.get(0).append(new RoomId("capacity-" + i % rooms), draft);
        }
        done.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        followings.forEach(Following::close);
        Arrays.sort(took);
        System.out.printf(
                "round %d: %d nodes %d rooms %d in flight: %.0f messages/s, p50 %.2f ms, p99 %.2f ms, breaks %d%n",
                round,
                nodes.size(),
                rooms,
                inFlight,
                messages / seconds,
                took[messages / 2] / 1e6,
                took[messages * 99 / 100] / 1e6,
                breaks.get());
    }
}
