package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import dev.parley.node.Budget;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What tickets stand for, by their digests, as long as they are good: so many in all, and so many of each asker, so that one cannot
 * use up what is everybody's. They count against the node's memory, and where that is short, the older half is forgotten. Thread-safe.
 *
 * @param <T> what a ticket stands for
 */
final class Shares<T> implements Budget.Holder {
    /** More than one user needs within half a minute. */
    static final int MAX_OF_ONE = 100;

    private static final long OBJECTS = 300; // bytes of one, besides the name of its asker

    private record Share<T>(Credential.Identity asker, T what, long until) {
        long bytes() {
            return OBJECTS + 2L * asker.user().length();
        }
    }

    private final Map<String, Share<T>> shares = new LinkedHashMap<>(); // the oldest first; guarded by this
    private final Map<Credential.Identity, Integer> counts = new HashMap<>(); // by asker; guarded by this
    private final LongSupplier nanoTime;
    private final int max;
    private final Budget budget;
    private long held; // guarded by this

    /** @param max how many there may be of all askers together */
    Shares(LongSupplier nanoTime, int max, Budget budget) {
        this.nanoTime = nanoTime;
        this.max = max;
        this.budget = budget;
        budget.join(this);
    }

    /** False if there are too many already, of this asker or of all. */
    synchronized boolean add(String digest, Credential.Identity asker, T what) {
        long now = nanoTime.getAsLong();
        forgetOld(now);
        if (shares.size() >= max || counts.getOrDefault(asker, 0) >= MAX_OF_ONE) {
            return false;
        }
        Share<T> share = new Share<>(asker, what, now + Tickets.LIFETIME.toNanos());
        shares.put(digest, share);
        held += share.bytes();
        budget.hold(Budget.Use.KEPT, share.bytes());
        counts.merge(asker, 1, Integer::sum);
        return true;
    }

    /** What it stands for, and from then on nothing. */
    synchronized Optional<T> remove(String digest) {
        forgetOld(nanoTime.getAsLong());
        Share<T> share = shares.remove(digest);
        if (share == null) {
            return Optional.empty();
        }
        countDown(share);
        return Optional.of(share.what());
    }

    private void forgetOld(long now) {
        Iterator<Share<T>> oldest = shares.values().iterator();
        while (oldest.hasNext()) {
            Share<T> share = oldest.next();
            if (now - share.until() < 0) {
                return;
            }
            oldest.remove();
            countDown(share);
        }
    }

    private void countDown(Share<T> share) {
        held -= share.bytes();
        budget.release(Budget.Use.KEPT, share.bytes());
        counts.computeIfPresent(share.asker(), (same, count) -> count == 1 ? null : count - 1);
    }

    @Override
    public synchronized long held() {
        return held;
    }

    @Override
    public synchronized void giveWay() {
        Iterator<Share<T>> oldest = shares.values().iterator();
        for (int older = (shares.size() + 1) / 2; older > 0; older--) {
            Share<T> share = oldest.next();
            oldest.remove();
            countDown(share);
        }
    }
}
