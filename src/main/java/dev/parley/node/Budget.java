package dev.parley.node;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that this node may hold for others, all of them together: incomplete messages, outboxes, backlogs of rooms, reads
 * under way, the memory log. Thread-safe; only {@link #awaitRoom} blocks.
 *
 * <pre>
 *   hold ──▶ used &gt; max ──▶ reclaim: the biggest holder gives way, until used is below 7/8 of max
 *                                       │ nobody holds anything that can be given up
 *                                       ▼
 *                                  isExhausted: newcomers are refused
 * </pre>
 *
 * <p>Holding never fails, because whoever came last is not who holds most; {@link #reclaim} runs on a thread of its own, so
 * that no lock of a holder is taken inside that of another.
 */
public final class Budget {
    private static final Logger LOG = System.getLogger(Budget.class.getName());
    private static final int SHARE_OF_HEAP = 4;
    private static final long OVERHEAD = 64; // objects around the bytes
    private static final int HUMONGOUS = 256 * 1024; // from here on a collector may round up to twice the size
    private static final long LOOK_MILLIS = 250;
    private static final Duration PATIENCE =
            Duration.ofSeconds(10); // far above a look, and what it may take to ask all
    private static final int MAX_WAITING = 8; // threads at once
    private static final long SETTLE_MILLIS = 5;

    /** What bytes are held for, as metrics name it. */
    public enum Use {
        /** Parts of messages that are not complete, and messages that are being served. */
        INCOMING,
        /** Messages that wait for a peer or are being written to it, each counted once however many peers share it. */
        OUTGOING,
        /** Entries that a room has been told and has not handed on. */
        BACKLOG,
        /** What is to be stored, and what is being read from an engine. */
        ENGINE,
        /** The log of the memory backplane. */
        LOG,
        /** Rooms with somebody in them, and places in rooms. */
        ROOMS,
        /** Tickets, audit and whatever else is kept for operators and visitors. */
        KEPT
    }

    /** Somebody for whom, or something in which, bytes are held. Thread-safe. */
    public interface Holder {
        /** How many bytes giving way would free, about; 0 if nothing or if it is already giving way. Must not block. */
        long held();

        /** How many bytes it has given up that are still counted, such as those of a write under way. Must not block. */
        default long yielding() {
            return 0;
        }

        /**
         * Gives up what is held, or a good part of it. Called by the budget's thread without any lock; must not block.
         */
        void giveWay();
    }

    private final long max;
    private final AtomicLong used = new AtomicLong();
    private final Map<Use, AtomicLong> byUse = new EnumMap<>(Use.class);
    private final AtomicLong gaveWay = new AtomicLong();
    private final Set<Holder> holders = ConcurrentHashMap.newKeySet();
    private final Object change = new Object();
    private int waiting; // guarded by change
    private volatile boolean isExhausted;
    private Map<Holder, Long> asked = Map.of(); // what they held when they were last asked; the reclaiming thread's own
    private final LogLimit complaints = new LogLimit(System::nanoTime);

    /** A budget of {@code max} bytes, at least 1. */
    public Budget(long max) {
        this.max = Math.max(1, max);
        for (Use use : Use.values()) {
            byUse.put(use, new AtomicLong());
        }
    }

    /** A quarter of the heap that this process may have. */
    public static long shareOfHeap() {
        return Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    }

    /** What so many bytes cost in the heap when they are held in one piece. */
    public static long costOf(long bytes) {
        return OVERHEAD + (bytes < HUMONGOUS ? bytes : 2 * bytes);
    }

    /** Counts bytes in. Wakes who reclaims if that is too much. */
    public void hold(Use use, long bytes) {
        counter(use).addAndGet(bytes);
        if (used.addAndGet(bytes) > max) {
            synchronized (change) {
                change.notifyAll();
            }
        }
    }

    /** Counts bytes out that were counted in under the same use. */
    public void release(Use use, long bytes) {
        counter(use).addAndGet(-bytes);
        long before = used.getAndAdd(-bytes);
        if (before > max && before - bytes <= max) {
            synchronized (change) {
                change.notifyAll();
            }
        }
    }

    private AtomicLong counter(Use use) {
        return Objects.requireNonNull(byUse.get(use), "all uses are there");
    }

    /** From now on it may be asked to give way. */
    public void join(Holder holder) {
        holders.add(holder);
    }

    /** It holds nothing any more. Idempotent. */
    public void leave(Holder holder) {
        holders.remove(holder);
    }

    /**
     * Waits until there is room again; at most so long. For threads that bring more and may block, such as the container's; few of
     * them at once, because the others serve those who hold nothing.
     *
     * @return whether there is room
     */
    public boolean awaitRoom(Duration patience) throws InterruptedException {
        if (!isShort()) {
            return true;
        }
        synchronized (change) {
            if (waiting >= MAX_WAITING) {
                return false;
            }
            waiting++;
            try {
                return Threads.await(change, patience.toMillis(), () -> !isShort());
            } finally {
                waiting--;
            }
        }
    }

    /** Whether more is held than may be. */
    public boolean isShort() {
        return used.get() > max;
    }

    /** Whether more is held than may be although nobody is left who could give way. */
    public boolean isExhausted() {
        return isExhausted && isShort();
    }

    public long max() {
        return max;
    }

    public long used() {
        return Math.max(0, used.get());
    }

    /** Bytes by use, in lower case. */
    public Map<String, Long> usedBy() {
        Map<String, Long> uses = new TreeMap<>();
        byUse.forEach((use, bytes) -> uses.put(use.name().toLowerCase(Locale.ROOT), Math.max(0, bytes.get())));
        return uses;
    }

    /** How often a holder had to give way. */
    public long gaveWay() {
        return gaveWay.get();
    }

    /** Waits until there is too much, or a moment, and then has holders give way. The body of a watched loop. */
    public void reclaimOnce() throws InterruptedException {
        boolean isTooMuch;
        synchronized (change) {
            isTooMuch = Threads.await(change, LOOK_MILLIS, this::isShort);
        }
        if (isTooMuch) {
            reclaim();
        } else {
            isExhausted = false;
            asked = Map.of(); // another time, another shortage
        }
    }

    /** Has {@link #reclaimOnce} done for as long as the threads live. */
    public void watchedBy(Threads threads) {
        threads.start("budget", Threads.Part.NODE, PATIENCE, progress -> {
            progress.run();
            reclaimOnce();
        });
    }

    /**
     * Asks from the biggest down. What has been given up and not yet been let go of counts as free, or others would go for it; but
     * nothing counts of who was asked before and holds no less since, or that one would protect all others.
     */
    private void reclaim() throws InterruptedException {
        long target = max - max / 8;
        long expected = 0; // what those who were asked will free
        List<Sized> candidates = new ArrayList<>();
        for (Holder holder : holders) {
            try {
                expected += Math.max(0, holder.yielding());
                long held = holder.held();
                if (held > 0) {
                    candidates.add(new Sized(holder, held));
                }
            } catch (Throwable e) { // one that fails must not keep the others from giving way
                Threads.report("a holder of memory could not tell what it holds", e);
            }
        }
        isExhausted = candidates.isEmpty() && expected == 0;
        candidates.sort(Comparator.comparingLong(Sized::bytes).reversed());
        Map<Holder, Long> before = asked;
        asked = new HashMap<>();
        for (Sized biggest : candidates) {
            if (used.get() - expected <= target) {
                break;
            }
            boolean isStubborn = biggest.bytes() >= before.getOrDefault(biggest.holder(), Long.MAX_VALUE);
            expected += isStubborn ? 0 : biggest.bytes();
            asked.put(biggest.holder(), biggest.bytes());
            gaveWay.incrementAndGet();
            try {
                biggest.holder().giveWay();
            } catch (Throwable e) {
                Threads.report("a holder of memory could not give way", e);
            }
        }
        if (complaints.allows()) {
            LOG.log(
                    Level.WARNING,
                    "memory budget is short: {0} of {1} bytes are held; {2} holders gave way up to now",
                    used(),
                    max,
                    gaveWay());
        }
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS); // what was given up is released by other threads
    }

    private record Sized(Holder holder, long bytes) {}
}
