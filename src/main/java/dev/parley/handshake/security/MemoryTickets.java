package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The tickets of one node, in its memory, a bounded number of them. Thread-safe. It remembers digests only, so that nobody who
 * reads its memory gets in.
 */
public final class MemoryTickets implements Tickets {
    private static final int MAX_TICKETS = 100_000;

    private record Given(Credential credential, Optional<String> origin, long until) {}

    private final Map<String, Given> given = new LinkedHashMap<>(); // the oldest first; guarded by itself
    private final LongSupplier nanoTime;
    private final int max;

    public MemoryTickets() {
        this(System::nanoTime, MAX_TICKETS);
    }

    MemoryTickets(LongSupplier nanoTime, int max) {
        this.nanoTime = nanoTime;
        this.max = max;
    }

    @Override
    public Optional<Secret> give(Credential credential, Optional<String> origin) {
        Secret ticket = Secret.random();
        long now = nanoTime.getAsLong();
        synchronized (given) {
            forgetOld(now);
            if (given.size() >= max) {
                return Optional.empty();
            }
            given.put(ticket.digest(), new Given(credential, origin, now + LIFETIME.toNanos()));
        }
        return Optional.of(ticket);
    }

    @Override
    public Optional<Credential> redeem(Secret ticket, Optional<String> origin) {
        String digest = ticket.digest();
        synchronized (given) {
            forgetOld(nanoTime.getAsLong());
            return Optional.ofNullable(given.remove(digest))
                    .filter(found -> found.origin().equals(origin))
                    .map(Given::credential);
        }
    }

    private void forgetOld(long now) {
        Iterator<Given> oldest = given.values().iterator();
        while (oldest.hasNext() && now - oldest.next().until() >= 0) {
            oldest.remove();
        }
    }
}
