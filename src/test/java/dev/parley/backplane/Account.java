package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An account of messages: what was acknowledged, and what became of it at every follower. Speakers say one message after the
 * other, each under one key until it is acknowledged, as clients do.
 */
public final class Account implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final long PROCESS = ProcessHandle.current().pid(); // another one may keep an account, too
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final List<RoomId> rooms = new ArrayList<>();
    private final Map<String, Position> acknowledged = new ConcurrentHashMap<>(); // by key
    private final Map<String, Long> said = new ConcurrentHashMap<>(); // when first; by key
    private final Map<String, RoomId> speaksIn = new ConcurrentHashMap<>(); // by speaker
    private final AtomicInteger failures = new AtomicInteger();
    private final List<Ledger> ledgers = new ArrayList<>();
    private final List<Thread> speakers = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();

    Account(int rooms) {
        for (int i = 0; i < rooms; i++) {
            this.rooms.add(new RoomId("account-" + PROCESS + "-" + NUMBER.incrementAndGet()));
        }
    }

    public List<RoomId> rooms() {
        return rooms;
    }

    /** A node follows all rooms. */
    void follow(Backplane node) {
        for (RoomId room : rooms) {
            Ledger ledger = new Ledger(room);
            node.follow(room, ledger)
                    .from()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            ledgers.add(ledger);
        }
    }

    /** Somebody speaks in each room through a node, from now on. */
    void speak(Backplane node) {
        for (RoomId room : rooms) {
            String name = "speaker-" + NUMBER.incrementAndGet();
            Thread speaker = new Thread(() -> speak(node, room, name), name);
            speaksIn.put(name, room);
            speaker.setDaemon(true);
            speakers.add(speaker);
            speaker.start();
        }
    }

    private void speak(Backplane node, RoomId room, String name) {
        for (int i = 1; !over.get(); i++) {
            String key = name + "-" + i;
            Draft draft = new Draft(key, new Draft.Author(name, name), Draft.Kind.MESSAGE, "m" + i);
            said.put(key, System.nanoTime());
            boolean isDone = false;
            while (!isDone) {
                try {
                    Appended appended =
                            node.append(room, draft).toCompletableFuture().join();
                    acknowledged.put(key, appended.position());
                    isDone = true;
                } catch (CompletionException e) {
                    assertThat(e.getCause()).isInstanceOf(BackplaneException.class);
                    failures.incrementAndGet();
                    isDone = over.get(); // it was not acknowledged, and is said no more
                    java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
            }
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    public int count() {
        return acknowledged.size();
    }

    public int failures() {
        return failures.get();
    }

    /** Waits until so many more have been acknowledged. */
    public void awaitMore(int messages) throws InterruptedException {
        int goal = count() + messages;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (count() < goal) {
            assertThat(System.nanoTime())
                    .as("acknowledged %d of %d", count(), goal)
                    .isLessThan(end);
            TimeUnit.MILLISECONDS.timedJoin(speakers.get(0), 10); // it does not end
        }
    }

    /**
     * Waits until every follower has been told something. A log that is gone before its follower has seen any of it is for that
     * follower one that begins.
     */
    void awaitTold() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (ledgers.stream().anyMatch(ledger -> ledger.entries.isEmpty())) {
            assertThat(System.nanoTime()).isLessThan(end);
            TimeUnit.MILLISECONDS.timedJoin(speakers.get(0), 10); // it does not end
        }
    }

    /** Lets the speakers finish, and the followers read on until they have all. */
    public Verdict settle() throws InterruptedException {
        over.set(true);
        for (Thread speaker : speakers) {
            speaker.join();
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Verdict verdict = verdict();
        while (verdict.lost() > 0 && System.nanoTime() < end) {
            new java.util.concurrent.CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
            verdict = verdict();
        }
        return verdict;
    }

    private Verdict verdict() {
        int lost = 0;
        int repeated = 0;
        int reordered = 0;
        int breaks = 0;
        for (Ledger ledger : ledgers) {
            Set<String> keys = new HashSet<>();
            long last = 0;
            String epoch = "";
            for (Entry entry : ledger.entries) {
                repeated += keys.add(entry.draft().key()) ? 0 : 1;
                reordered += entry.position().epoch().equals(epoch)
                                && entry.position().seq() <= last
                        ? 1
                        : 0;
                last = entry.position().seq();
                epoch = entry.position().epoch();
            }
            for (Map.Entry<String, Position> each : acknowledged.entrySet()) {
                String key = each.getKey();
                lost += ledger.isOf(key) && ledger.mustHave(key, each.getValue()) && !keys.contains(key) ? 1 : 0;
            }
            breaks += ledger.breaks.size();
        }
        return new Verdict(count(), lost, repeated, reordered, breaks);
    }

    public List<Break> breaks() {
        return ledgers.stream().flatMap(ledger -> ledger.breaks.stream()).toList();
    }

    @Override
    public void close() {
        over.set(true);
    }

    /**
     * What became of the messages.
     *
     * @param lost acknowledged, and neither told to a follower nor before a break that it was told; summed over followers
     */
    public record Verdict(int acknowledged, int lost, int repeated, int reordered, int breaks) {}

    private final class Ledger implements Follower {
        private final RoomId room;
        private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
        private final Queue<Break> breaks = new ConcurrentLinkedQueue<>();
        private volatile long lastBreak;

        Ledger(RoomId room) {
            this.room = room;
        }

        boolean isOf(String key) {
            return room.equals(speaksIn.get(key.substring(0, key.lastIndexOf('-'))));
        }

        /** Whoever has been told that the log was broken need not have what was acknowledged before. */
        boolean mustHave(String key, Position position) {
            return breaks.isEmpty()
                    || said.getOrDefault(key, 0L) - lastBreak > 0
                    || breaks.stream().anyMatch(gap -> gap.after().epoch().equals(position.epoch()));
        }

        @Override
        public void appended(Entry entry) {
            entries.add(entry);
        }

        @Override
        public void broken(Break gap) {
            lastBreak = System.nanoTime();
            breaks.add(gap);
        }
    }
}
