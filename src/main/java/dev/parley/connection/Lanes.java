package dev.parley.connection;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which of the messages that wait in an outbox may be given up: those that are followed by another of their lane. Costs nothing
 * where no message has one. Guarded by its outbox.
 */
final class Lanes {
    /** How many were given up since the peer was last told, and by whom it is told. */
    private record Loss(Lane lane, int count) {}

    private Map<Lane, Integer> waiting = Collections.emptyMap(); // until the first message with a lane, as is the next
    private Map<Object, Loss> untold = Collections.emptyMap(); // by subject

    void queued(Outgoing message) {
        Lane lane = message.lane();
        if (lane != null) {
            if (!(waiting instanceof HashMap)) {
                waiting = new HashMap<>(2);
                untold = new HashMap<>(2);
            }
            waiting.merge(lane, 1, Integer::sum);
        }
    }

    void taken(Outgoing message) {
        Lane lane = message.lane();
        if (lane != null) {
            waiting.computeIfPresent(lane, (same, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Takes the oldest message that may go out of the queue, {@code next} being the one to come; null if none may. */
    @Nullable
    Outgoing giveUpOne(ArrayDeque<Item> queue, Outgoing next) {
        if (waiting.isEmpty()) {
            return null;
        }
        Iterator<Item> oldest = queue.iterator();
        while (oldest.hasNext()) {
            if (oldest.next() instanceof Outgoing message && isFollowed(message, next)) {
                oldest.remove();
                taken(message);
                count(message);
                return message;
            }
        }
        return null;
    }

    private boolean isFollowed(Outgoing message, Outgoing next) {
        Lane lane = message.lane();
        return lane != null && (lane.equals(next.lane()) || waiting.getOrDefault(lane, 0) > 1);
    }

    private void count(Outgoing message) {
        Lane lane = message.lane();
        if (lane != null) {
            untold.merge(lane.subject(), new Loss(lane, 1), (known, one) -> new Loss(lane, known.count() + 1));
        }
    }

    /**
     * What the peer has to be told before it is sent {@code message}; null if nothing. Whatever was given up is followed by a message
     * of the same subject, so it is told in any case.
     */
    @Nullable
    Outgoing noticeBefore(Outgoing message) {
        Lane lane = message.lane();
        if (lane == null || untold.isEmpty()) {
            return null;
        }
        Loss loss = untold.remove(lane.subject());
        return loss == null ? null : new Outgoing(loss.lane().notice(loss.count()));
    }

    void clear() {
        waiting.clear();
        untold.clear();
    }
}
