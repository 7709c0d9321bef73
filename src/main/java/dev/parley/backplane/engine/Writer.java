package dev.parley.backplane.engine;

import dev.parley.backplane.Appended;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Stores what this node says, on one thread: takes whatever waits, up to a bound, stores it in one go, and answers. The slower
 * the engine, the larger the batches.
 *
 * <p>After a lost connection the whole batch is stored again; keys keep what was stored from being stored twice. A draft that
 * has waited too long fails, so that its author can be told; a farewell never does, because nobody would say it again.
 */
final class Writer implements AutoCloseable {
    static final int MAX_WAITING = 20_000;
    static final long MAX_WAITING_CHARACTERS = 64L * 1024 * 1024;
    private static final int BATCH = 256;
    private static final int BATCH_CHARACTERS = 1024 * 1024;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long REFUSED_PAUSE_MILLIS = 500;
    private static final long LAST_WORDS_MILLIS = 2_000;

    private final ArrayDeque<Waiting> queue = new ArrayDeque<>(); // guarded by this
    private final Map<RoomId, Feed> begins = new HashMap<>(); // feeds whose start is to be read; guarded by this
    private final List<Waiting> batch = new ArrayList<>(); // the thread's own
    private final BiConsumer<RoomId, Position> stored;
    private final BiConsumer<RoomId, Feed> begun;
    private final Tether<Link> tether;
    private final String ids = Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX) + '-';
    private long characters; // of what is in the queue; guarded by this
    private long made; // messages that got an id; guarded by this
    private boolean closed; // guarded by this
    private boolean isBusy; // guarded by this

    Writer(
            Tether.Connector<Link> engine,
            Pulse pulse,
            BiConsumer<RoomId, Position> stored,
            BiConsumer<RoomId, Feed> begun) {
        this.stored = stored;
        this.begun = begun;
        this.tether = new Tether<>("writer", pulse, engine, Link::cut, this::work, this::expire);
    }

    void start() {
        tether.start();
    }

    boolean isUp() {
        return tether.isUp();
    }

    CompletionStage<Appended> append(RoomId room, Draft draft) {
        CompletableFuture<Appended> answer = new CompletableFuture<>();
        synchronized (this) {
            int length = draft.text().length();
            boolean isFull = queue.size() >= MAX_WAITING || characters + length > MAX_WAITING_CHARACTERS;
            if (closed || (isFull && !queue.isEmpty())) {
                String why = closed ? "the backplane is closed" : "too much waits for the engine";
                return CompletableFuture.failedStage(new BackplaneException(why));
            }
            String message = ids + Long.toString(++made, Character.MAX_RADIX);
            queue.add(new Waiting(new Link.Proposal(room, draft, message), answer, System.nanoTime()));
            characters += length;
            isBusy = true;
            notifyAll();
        }
        return answer;
    }

    /** Reads where a feed begins: before anything that is appended from now on. */
    synchronized void begin(RoomId room, Feed feed) {
        begins.put(room, feed);
        notifyAll();
    }

    private void work(Link link) throws LinkException, InterruptedException {
        while (true) {
            Map<RoomId, Feed> feeds = takeWork();
            if (!feeds.isEmpty()) {
                begin(feeds, link);
            }
            if (!batch.isEmpty()) {
                store(link);
            }
        }
    }

    private synchronized Map<RoomId, Feed> takeWork() throws InterruptedException {
        while (queue.isEmpty() && begins.isEmpty() && batch.isEmpty()) {
            isBusy = false;
            notifyAll();
            wait();
        }
        if (batch.isEmpty()) {
            fillBatch();
        }
        return Map.copyOf(begins);
    }

    /** The same key twice is two batches, because an engine may look only once for what it knows already. */
    private void fillBatch() {
        Set<String> keys = new HashSet<>();
        int length = 0;
        while (!queue.isEmpty() && batch.size() < BATCH && length < BATCH_CHARACTERS) {
            Link.Proposal next = queue.peek().proposal;
            if (!keys.add(next.room().name() + ' ' + next.draft().key())) {
                return;
            }
            length += next.draft().text().length();
            characters -= next.draft().text().length();
            batch.add(queue.remove());
        }
    }

    private void begin(Map<RoomId, Feed> feeds, Link link) throws LinkException {
        Map<RoomId, Position> tops = link.tops(feeds.keySet());
        synchronized (this) {
            feeds.forEach(begins::remove);
        }
        feeds.forEach((room, feed) -> {
            Position top = tops.get(room);
            if (top != null) {
                feed.begin(top);
                begun.accept(room, feed);
            }
        });
    }

    private void store(Link link) throws LinkException, InterruptedException {
        List<Link.Outcome> outcomes =
                link.append(batch.stream().map(waiting -> waiting.proposal).toList());
        List<Waiting> again = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            Waiting waiting = batch.get(i);
            Link.Outcome outcome = outcomes.get(i);
            if (outcome.stored().isPresent()) {
                Position position = outcome.stored().get();
                boolean isDuplicate =
                        !position.message().equals(waiting.proposal.message()); // else a repeat of our own
                stored.accept(waiting.proposal.room(), position);
                waiting.answer.complete(new Appended(position, isDuplicate));
            } else if (waiting.isFarewell()) {
                again.add(waiting);
            } else {
                waiting.answer.completeExceptionally(new BackplaneException(outcome.refusal()));
            }
        }
        batch.clear();
        batch.addAll(again);
        if (!again.isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(REFUSED_PAUSE_MILLIS);
        }
    }

    /** Fails what has waited too long; called on the writer's thread while there is no connection. */
    private void expire() {
        List<Waiting> expired = new ArrayList<>();
        long now = System.nanoTime();
        takeExpired(batch.iterator(), now, expired);
        synchronized (this) {
            takeExpired(queue.iterator(), now, expired);
            begins.values().removeIf(feed -> !feed.isFollowed()); // else rooms that come and go meanwhile would gather
            characters = queue.stream()
                    .mapToLong(waiting -> waiting.proposal.draft().text().length())
                    .sum();
        }
        for (Waiting waiting : expired) {
            waiting.answer.completeExceptionally(new BackplaneException("the engine does not answer"));
        }
    }

    private static void takeExpired(Iterator<Waiting> all, long now, List<Waiting> expired) {
        while (all.hasNext()) {
            Waiting waiting = all.next();
            if (now - waiting.sinceNanos > PATIENCE_NANOS && !waiting.isFarewell()) {
                all.remove();
                expired.add(waiting);
            }
        }
    }

    /** Waits a moment for what is still to be stored, if there is a connection; fails the rest. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_WORDS_MILLIS);
        try {
            synchronized (this) {
                for (long left = 1; isBusy && isUp() && left > 0; left = end - System.nanoTime()) {
                    wait(Math.min(LAST_WORDS_MILLIS, TimeUnit.NANOSECONDS.toMillis(left) + 1));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tether.close();
        List<Waiting> rest = new ArrayList<>(batch);
        synchronized (this) {
            rest.addAll(queue);
            queue.clear();
        }
        rest.forEach(
                waiting -> waiting.answer.completeExceptionally(new BackplaneException("the backplane is closed")));
    }

    private record Waiting(Link.Proposal proposal, CompletableFuture<Appended> answer, long sinceNanos) {
        boolean isFarewell() {
            return proposal.draft().kind() == Draft.Kind.LEFT;
        }
    }
}
