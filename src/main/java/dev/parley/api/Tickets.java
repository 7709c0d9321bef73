package dev.parley.api;

import dev.parley.handshake.security.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What lets an operator's page open its socket: good for one use within half a minute on each node, which tell each other of it,
 * and for the role that was held when it was issued. Only digests are kept. Thread-safe, bounded.
 *
 * <p>Browsers differ in whether they send a password along when a socket opens, so the page fetches one of these beforehand.
 */
public final class Tickets {
    private static final Duration LIFE = Duration.ofSeconds(30);
    private static final int MAX = 1_000;

    private record Issued(Realm.Operator operator, Instant until) {}

    private final InstantSource clock;
    private final Map<String, Issued> issued = new LinkedHashMap<>() { // guarded by itself
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Issued> eldest) {
                    return size() > MAX;
                }
            };

    public Tickets(InstantSource clock) {
        this.clock = clock;
    }

    /** A new one; it is good nowhere until its digest is {@link #keep kept}. */
    static String make() {
        return Secret.random().reveal();
    }

    /** Makes a ticket good on this node. */
    void keep(String digest, Realm.Operator operator) {
        synchronized (issued) {
            issued.put(digest, new Issued(operator, clock.instant().plus(LIFE)));
        }
    }

    /** Whose it is; from then on nobody's. */
    public Optional<Realm.Operator> redeem(String ticket) {
        Issued found;
        synchronized (issued) {
            found = issued.remove(digest(ticket));
        }
        return Optional.ofNullable(found)
                .filter(kept -> clock.instant().isBefore(kept.until()))
                .map(Issued::operator);
    }

    static String digest(String ticket) {
        return new Secret(ticket).digest();
    }
}
