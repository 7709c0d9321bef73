package dev.parley.handshake;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The HTTP sessions that handshakes rely on: when one ends, by a logout or because its time was up, so do they. Thread-safe.
 *
 * <p>A WebSocket does not keep an HTTP session alive, so a short session timeout ends connections, too.
 */
final class Logins implements HttpSessionListener, HttpSessionIdListener {
    private final Map<String, Set<Handshake>> bySession = new ConcurrentHashMap<>();

    /** The handshake relies on {@code session} as long as it lasts. */
    void watch(HttpSession session, Handshake handshake) {
        String id = session.getId();
        add(id, handshake);
        handshake.onEnded(() -> forget(handshake));
        try {
            session.getCreationTime();
        } catch (IllegalStateException ended) { // while we were deciding, so that its end was not told to us
            handshake.revoke();
        }
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        Set<Handshake> over = bySession.remove(event.getSession().getId());
        if (over != null) {
            over.forEach(Handshake::revoke);
        }
    }

    /** As servers do at a login. */
    @Override
    public void sessionIdChanged(HttpSessionEvent event, String oldId) {
        Set<Handshake> moved = bySession.remove(oldId);
        if (moved != null) {
            moved.forEach(handshake -> add(event.getSession().getId(), handshake));
        }
    }

    boolean isEmpty() {
        return bySession.isEmpty();
    }

    private void add(String id, Handshake handshake) {
        bySession.compute(id, (same, known) -> {
            Set<Handshake> all = known == null ? ConcurrentHashMap.newKeySet() : known;
            all.add(handshake);
            return all;
        });
    }

    /** Wherever it is by now: sessions change their names. */
    private void forget(Handshake handshake) {
        for (String id : bySession.keySet()) {
            bySession.computeIfPresent(id, (same, known) -> {
                known.remove(handshake);
                return known.isEmpty() ? null : known;
            });
        }
    }
}
