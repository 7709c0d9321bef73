package dev.parley.backplane.engine;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.OutOfOrderException;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stores what this node says, in one loop: takes whatever waits, up to a bound, stores it in one go, and answers. The slower
 * the engine, the larger the batches.
 *
 * <p>After a lost connection the whole batch is stored again; keys keep what was stored from being stored twice. A draft that
 * has waited too long fails, so that its author can be told; a farewell does only after minutes, because nobody would say it
 * again. A farewell that the engine refuses is tried again later, and nobody waits for it meanwhile.
 *
 * <p>What waits draws on the budget, and is bounded by itself; when half of the bound is used, one room may not use more.
 */
final class Writer implements ConnectionLoop.Turns, AutoCloseable {
    static final int MAX_WAITING = 20_000;
    private static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;
    private static final int SHARE_OF_BUDGET = 4;
    private static final int BATCH = 256;
    private static final int BATCH_BYTES = 1024 * 1024;
    private static final int MAX_FAREWELLS = 50_000; // that were refused
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FAREWELL_NANOS = Backplane.KEY_MEMORY.toNanos();
    private static final long REFUSED_PAUSE_MILLIS = 500;
    private static final long REST_MILLIS = 1_000;
    private static final long LAST_WORDS_MILLIS = 2_000;

    private final ArrayDeque<Waiting> queue = new ArrayDeque<>(); // guarded by this
    private final Map<RoomId, Feed> begins = new HashMap<>(); // feeds whose start is to be read; guarded by this
    private final List<Waiting> batch = new ArrayList<>(); // the thread's own
    private final Reader reader;
    private final Map<RoomId, Long> bytesByRoom = new HashMap<>(); // of what is in the queue; guarded by this
    private final ArrayDeque<Waiting> refused = new ArrayDeque<>(); // farewells; the thread's own
    private final Budget budget;
    private final long maxBytes;
    private final ConnectionLoop<Link> loop;
    private final String ids = Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX) + '-';
    private long bytes; // of what is in the queue; guarded by this
    private long nextRefused; // when refused farewells are tried again; the thread's own
    private long made; // messages that got an id; guarded by this
    private volatile boolean wasHeard;
    private boolean closed; // guarded by this
    private boolean isBusy; // guarded by this

    /** {@code reader} is told of what is stored, and where feeds begin. */
    Writer(ConnectionLoop.Connector<Link> engine, Budget budget, Reader reader) {
        this.reader = reader;
        this.budget = budget;
        this.maxBytes = Math.min(MAX_WAITING_BYTES, budget.max() / SHARE_OF_BUDGET);
        this.loop = ConnectionLoop.ofTurns("writer", engine, this);
    }

    ConnectionLoop<Link> loop() {
        return loop;
    }

    CompletionStage<Appended> append(RoomId room, Draft draft, @Nullable String after) {
        CompletableFuture<Appended> answer = new CompletableFuture<>();
        long size = draft.bytes();
        synchronized (this) {
            long ofRoom = bytesByRoom.getOrDefault(room, 0L);
            boolean isGreedy = bytes > maxBytes / 2 && ofRoom > maxBytes / 4;
            boolean isFull = queue.size() >= MAX_WAITING || bytes + size > maxBytes || isGreedy;
            if (closed || (isFull && !queue.isEmpty())) {
                String why = closed ? "the backplane is closed" : "too much waits for the engine";
                return CompletableFuture.failedStage(new BackplaneException(why));
            }
            String message = newId();
            queue.add(new Waiting(new Link.Proposal(room, draft, message, after), size, answer, System.nanoTime()));
            count(room, size);
            budget.hold(Budget.Use.ENGINE, Budget.costOf(size));
            isBusy = true;
            notifyAll();
        }
        return answer;
    }

    /** An id for a message that nobody else has. */
    synchronized String newId() {
        return ids + Long.toString(++made, Character.MAX_RADIX);
    }

    /** What is in the queue. */
    private synchronized void count(RoomId room, long more) {
        bytes += more;
        bytesByRoom.merge(room, more, (old, added) -> old + added == 0 ? null : old + added);
    }

    /** Reads where a feed begins: before anything that is appended from now on. */
    synchronized void begin(RoomId room, Feed feed) {
        begins.put(room, feed);
        notifyAll();
    }

    @Override
    public boolean take(Link link, Runnable beat) throws LinkException, InterruptedException {
        Map<RoomId, Feed> feeds = takeWork();
        beat.run();
        if (!feeds.isEmpty()) {
            begin(feeds, link);
        }
        boolean isStoring = !batch.isEmpty();
        if (isStoring) {
            store(link);
        }
        return isStoring;
    }

    private synchronized Map<RoomId, Feed> takeWork() throws InterruptedException {
        if (queue.isEmpty() && batch.isEmpty()) {
            isBusy = !refused.isEmpty();
            notifyAll();
        }
        boolean unused = Threads.await(
                this,
                isBusy ? REFUSED_PAUSE_MILLIS : REST_MILLIS,
                () -> !queue.isEmpty() || !begins.isEmpty() || !batch.isEmpty());
        if (batch.isEmpty()) {
            fillBatch();
        }
        return Map.copyOf(begins);
    }

    /** The same key twice is two batches, because an engine may look only once for what it knows already. */
    private void fillBatch() {
        Set<String> keys = new HashSet<>();
        long length = 0;
        if (!refused.isEmpty() && nextRefused - System.nanoTime() <= 0) {
            while (!refused.isEmpty() && batch.size() < BATCH / 2) {
                Waiting again = refused.remove();
                if (keys.add(again.key())) {
                    batch.add(again);
                }
            }
        }
        while (!queue.isEmpty() && batch.size() < BATCH && length < BATCH_BYTES) {
            Waiting next = queue.element();
            if (!keys.add(next.key())) {
                return;
            }
            length += next.bytes;
            count(next.proposal.room(), -next.bytes);
            batch.add(queue.remove());
        }
    }

    private void begin(Map<RoomId, Feed> feeds, Link link) throws LinkException {
        Map<RoomId, Position> tops = link.log().tops(feeds.keySet());
        synchronized (this) {
            feeds.forEach(begins::remove);
        }
        feeds.forEach((room, feed) -> {
            Position top = tops.get(room);
            if (top != null) {
                feed.begin(top);
                reader.doubt(room);
            }
        });
    }

    private void store(Link link) throws LinkException {
        List<Link.Outcome> outcomes = link.log()
                .append(batch.stream().map(waiting -> waiting.proposal).toList());
        List<Waiting> stored = List.copyOf(batch);
        batch.clear();
        for (int i = 0; i < outcomes.size(); i++) {
            Waiting waiting = stored.get(i);
            Link.Outcome outcome = outcomes.get(i);
            if (outcome.stored().isPresent()) {
                Position position = outcome.stored().get();
                boolean isDuplicate =
                        !position.message().equals(waiting.proposal.message()); // else a repeat of our own
                reader.promise(waiting.proposal.room(), position);
                release(waiting);
                waiting.answer.complete(new Appended(position, isDuplicate));
            } else if (waiting.isFarewell() && !waiting.isLate(System.nanoTime()) && refused.size() < MAX_FAREWELLS) {
                refused.add(waiting);
                nextRefused = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REFUSED_PAUSE_MILLIS);
            } else if (outcome.refusal().isEmpty()) {
                fail(waiting, new OutOfOrderException());
            } else {
                fail(waiting, new BackplaneException(outcome.refusal()));
            }
        }
    }

    private void release(Waiting waiting) {
        budget.release(Budget.Use.ENGINE, Budget.costOf(waiting.bytes));
    }

    private void fail(Waiting waiting, BackplaneException why) {
        release(waiting);
        waiting.answer.completeExceptionally(why);
    }

    /** Fails what has waited too long. */
    @Override
    public void meanwhile() {
        List<Waiting> expired = new ArrayList<>();
        long now = System.nanoTime();
        Predicate<Waiting> expires = waiting -> waiting.isLate(now) && expired.add(waiting);
        batch.removeIf(expires);
        refused.removeIf(expires);
        synchronized (this) {
            int before = expired.size();
            queue.removeIf(expires);
            expired.subList(before, expired.size()).forEach(late -> count(late.proposal.room(), -late.bytes));
            begins.values().removeIf(feed -> !feed.isFollowed()); // else rooms that come and go meanwhile would gather
        }
        expired.forEach(waiting -> fail(waiting, new BackplaneException("the engine does not answer")));
    }

    /** Whether its last words were stored, or refused, in time; else the engine does not answer. To be asked once it is closed. */
    boolean wasHeard() {
        return wasHeard;
    }

    /** Waits a moment for what is still to be stored, if there is a connection; fails the rest. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            try {
                wasHeard = Threads.await(this, LAST_WORDS_MILLIS, () -> !isBusy || !loop.isUp());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        loop.close();
        List<Waiting> rest = new ArrayList<>(batch);
        rest.addAll(refused);
        batch.clear();
        refused.clear();
        synchronized (this) {
            rest.addAll(queue);
            queue.clear();
            bytesByRoom.clear();
            bytes = 0;
        }
        rest.forEach(waiting -> fail(waiting, new BackplaneException("the backplane is closed")));
    }

    private record Waiting(Link.Proposal proposal, long bytes, CompletableFuture<Appended> answer, long sinceNanos) {
        boolean isFarewell() {
            return proposal.draft().kind() == Draft.Kind.LEFT;
        }

        boolean isLate(long now) {
            return now - sinceNanos > (isFarewell() ? FAREWELL_NANOS : PATIENCE_NANOS);
        }

        String key() {
            return proposal.room().name() + ' ' + proposal.draft().key();
        }
    }
}
