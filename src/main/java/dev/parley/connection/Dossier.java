package dev.parley.connection;

import dev.parley.protocol.Printable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What operators may know of a connection: who its peer is, what it has sent, and what has happened lately. Thread-safe. */
final class Dossier {
    private static final Logger LOG = System.getLogger(Connection.class.getName());

    final String id;
    final Instant since = Instant.now();
    final Trail trail = new Trail();
    private final AtomicLong messagesIn = new AtomicLong();
    private final AtomicLong bytesIn = new AtomicLong();
    volatile Figures.Peer peer = Figures.Peer.UNKNOWN;
    volatile @Nullable Instant expires;
    private boolean wasFilling; // the timer's own

    Dossier(String id) {
        this.id = id;
    }

    boolean isIntroduced() {
        return !peer.equals(Figures.Peer.UNKNOWN);
    }

    void introduce(Figures.Peer known) {
        boolean isNews = !known.equals(peer);
        peer = known;
        if (isNews) {
            LOG.log(Level.DEBUG, () -> "connection " + id + " is that of " + this);
        }
    }

    void received(int bytes, boolean isLast) {
        bytesIn.addAndGet(bytes);
        if (isLast) {
            messagesIn.incrementAndGet();
        }
    }

    /** Looks at what waits for the peer; called by the timer. */
    void watch(OutboxQueue queue) {
        boolean isFilling = queue.isFilling();
        if (isFilling != wasFilling) {
            wasFilling = isFilling;
            String what = isFilling ? "is filling: " + queue.depth().waiting() + " wait" : "has emptied";
            trail.add(Instant.now(), "its outbox " + what);
        } else if (!trail.isEmpty()) {
            trail.forget(Instant.now());
        }
    }

    Traffic traffic(OutboxQueue.Depth depth) {
        return new Traffic(messagesIn.get(), bytesIn.get(), depth.sentMessages(), depth.sentBytes());
    }

    Figures figures(OutboxQueue queue, long held, Heartbeat heartbeat) {
        OutboxQueue.Depth depth = queue.depth();
        return new Figures(
                id,
                peer,
                since,
                traffic(depth),
                depth.waiting(),
                depth.waitingBytes(),
                held,
                Duration.ofNanos(queue.stalledNanos()),
                heartbeat.quiet(),
                heartbeat.roundTrip(),
                depth.dropped(),
                Optional.ofNullable(expires));
    }

    /** On one line, whatever the peer calls itself. */
    @Override
    public String toString() {
        return "user \"" + Printable.of(peer.user()) + "\" from " + peer.address() + " at " + peer.endpoint();
    }
}
