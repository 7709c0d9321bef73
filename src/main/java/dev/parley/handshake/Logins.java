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
 * <p>A WebSocket does not keep an HTTP session alive, so a short session timeout ends connections, too. Servers tell of a timeout late,
 * by up to minutes; Payara and GlassFish not before the last socket of the session is closed, because its request is still under way
 * (StandardManager, {@code lockBackground}). So we look ourselves. Jetty counts from the request before the last one: there, a client
 * may come back once in a while with a login that is still good.
 */
final class Logins implements HttpSessionListener, HttpSessionIdListener {
    private static final Logger LOG = System.getLogger(Logins.class.getName());
    private static final long HEAD_START_MILLIS = 250;

    private record Login(HttpSession session, Set<Handshake> handshakes) {}

    private final Map<String, Login> bySession = new ConcurrentHashMap<>();
    private final Map<Handshake, String> sessions = new ConcurrentHashMap<>();

    /** The handshake relies on {@code session} as long as it lasts. */
    void watch(HttpSession session, Handshake handshake) {
        String id = session.getId();
        sessions.put(handshake, id);
        add(session, handshake);
        handshake.onEnded(() -> forget(handshake));
        try {
            session.getCreationTime();
        } catch (IllegalStateException ended) { // while we were deciding, so that its end was not told to us
            handshake.revoke();
        }
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        Login login = bySession.remove(event.getSession().getId());
        if (login == null) {
            return;
        }
        Set<Handshake> over = login.handshakes();
        over.forEach(handshake -> {
            sessions.remove(handshake);
            handshake.revoke();
        });
        if (hasTimedOut(event.getSession())) {
            awaitClosed(over);
        }
    }

    /** Ends those whose session's time was up, whatever the server has noticed. */
    void sweep() {
        bySession.values().stream()
                .filter(login -> hasTimedOut(login.session()))
                .forEach(login -> login.handshakes().forEach(Handshake::revoke));
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
        Login moved = bySession.remove(oldId);
        if (moved != null) {
            String id = event.getSession().getId();
            moved.handshakes().forEach(handshake -> {
                add(event.getSession(), handshake);
                if (sessions.replace(handshake, id) == null) {
                    remove(id, handshake); // it was forgotten in the meantime
                }
            });
        }
    }

    boolean isEmpty() {
        return bySession.isEmpty() && sessions.isEmpty();
    }

    private void add(HttpSession session, Handshake handshake) {
        bySession.compute(session.getId(), (same, known) -> {
            Login login = known == null ? new Login(session, ConcurrentHashMap.newKeySet()) : known;
            login.handshakes().add(handshake);
            return login;
        });
    }

    private void remove(String id, Handshake handshake) {
        bySession.computeIfPresent(id, (same, known) -> {
            known.handshakes().remove(handshake);
            return known.handshakes().isEmpty() ? null : known;
        });
    }

    private void forget(Handshake handshake) {
        String id = sessions.remove(handshake);
        if (id != null) {
            remove(id, handshake);
        }
    }
}
