package dev.parley.api;

import dev.parley.handshake.security.Secret;
import dev.parley.node.Budget;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What lets an operator's page open its socket: good for one use within half a minute on each node, which tell each other of it,
 * and for the role that was held when it was issued. Only digests are kept: a bounded number, which counts against the node's
 * memory. Thread-safe.
 *
 * <p>Browsers differ in whether they send a password along when a socket opens, so the page fetches one of these beforehand.
 */
public final class Tickets {
    private static final Duration LIFE = Duration.ofSeconds(30);
    private static final int MAX = 1_000;
    private static final int OBJECTS = 300; // bytes of one, besides the name

    private record Issued(Realm.Operator operator, Instant until) {
        long bytes() {
            return Budget.costOf(OBJECTS + 2L * operator.name().length());
        }
    }

    private final InstantSource clock;
    private final Budget budget;
    private final Map<String, Issued> issued = new LinkedHashMap<>(); // the oldest first; guarded by itself

    public Tickets(InstantSource clock, Budget budget) {
        this.clock = clock;
        this.budget = budget;
    }

    /** A new one; it is good nowhere until its digest is {@link #keep kept}. */
    static String make() {
        return Secret.random().reveal();
    }

    /** Makes a ticket good on this node. */
    void keep(String digest, Realm.Operator operator) {
        Instant now = clock.instant();
        Issued fresh = new Issued(operator, now.plus(LIFE));
        synchronized (issued) {
            Iterator<Issued> oldest = issued.values().iterator();
            while (oldest.hasNext()) {
                Issued old = oldest.next();
                if (now.isBefore(old.until()) && issued.size() < MAX) {
                    break;
                }
                oldest.remove();
                budget.release(Budget.Use.KEPT, old.bytes());
            }
            Issued same = issued.put(digest, fresh);
            budget.hold(Budget.Use.KEPT, fresh.bytes() - (same == null ? 0 : same.bytes()));
        }
    }

    /** Whose it is; from then on nobody's. */
    public Optional<Realm.Operator> redeem(String ticket) {
        Issued found;
        synchronized (issued) {
            found = issued.remove(digest(ticket));
            if (found != null) {
                budget.release(Budget.Use.KEPT, found.bytes());
            }
        }
        return Optional.ofNullable(found)
                .filter(kept -> clock.instant().isBefore(kept.until()))
                .map(Issued::operator);
    }

    static String digest(String ticket) {
        return new Secret(ticket).digest();
    }
}
