package dev.parley.handshake;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The HTTP sessions that handshakes rely on: when one ends, by a logout or because its time was up, so do they. Thread-safe.
 *
 * <p>A WebSocket does not keep an HTTP session alive, so a short session timeout ends connections, too.
 */
final class Logins implements HttpSessionListener, HttpSessionIdListener {
    private static final Logger LOG = System.getLogger(Logins.class.getName());
    private static final long HEAD_START_MILLIS = 250;

    private final Map<String, Set<Handshake>> bySession = new ConcurrentHashMap<>();
    private final Map<Handshake, String> sessions = new ConcurrentHashMap<>();

    /** The handshake relies on {@code session} as long as it lasts. */
    void watch(HttpSession session, Handshake handshake) {
        String id = session.getId();
        sessions.put(handshake, id);
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
        if (over == null) {
            return;
        }
        over.forEach(handshake -> {
            sessions.remove(handshake);
            handshake.revoke();
        });
        if (hasTimedOut(event.getSession())) {
            awaitClosed(over);
        }
    }

    /**
     * Whether nobody has ended the session, but its time was up. Then the client comes back with a fresh credential if it is told that
     * its own has ended, and stops for good if it is told of a policy: so our code must be the first that it sees.
     */
    private static boolean hasTimedOut(HttpSession session) {
        try {
            long seconds = session.getMaxInactiveInterval();
            return seconds > 0
                    && System.currentTimeMillis() - session.getLastAccessedTime() >= TimeUnit.SECONDS.toMillis(seconds);
        } catch (IllegalStateException invalidated) {
            return false;
        }
    }

    /** Servers close the sockets of a session that has ended as well, with 1008, as soon as we return. */
    private static void awaitClosed(Set<Handshake> over) {
        try {
            Object unused = CompletableFuture.allOf(
                            over.stream().map(Handshake::whenClosed).toArray(CompletableFuture<?>[]::new))
                    .get(HEAD_START_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException slow) {
            LOG.log(Level.DEBUG, "a session has timed out, and the server may close its sockets before we have");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** As servers do at a login. */
    @Override
    public void sessionIdChanged(HttpSessionEvent event, String oldId) {
        Set<Handshake> moved = bySession.remove(oldId);
        if (moved != null) {
            String id = event.getSession().getId();
            moved.forEach(handshake -> {
                add(id, handshake);
                if (sessions.replace(handshake, id) == null) {
                    remove(id, handshake); // it was forgotten in the meantime
                }
            });
        }
    }

    boolean isEmpty() {
        return bySession.isEmpty() && sessions.isEmpty();
    }

    private void add(String id, Handshake handshake) {
        bySession.compute(id, (same, known) -> {
            Set<Handshake> all = known == null ? ConcurrentHashMap.newKeySet() : known;
            all.add(handshake);
            return all;
        });
    }

    private void remove(String id, Handshake handshake) {
        bySession.computeIfPresent(id, (same, known) -> {
            known.remove(handshake);
            return known.isEmpty() ? null : known;
        });
    }

    private void forget(Handshake handshake) {
        String id = sessions.remove(handshake);
        if (id != null) {
            remove(id, handshake);
        }
    }
}
