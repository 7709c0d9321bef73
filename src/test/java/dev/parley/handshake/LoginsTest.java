package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class LoginsTest {
    record Visit() {}

    private final Logins logins = new Logins();
    private final AtomicReference<String> id = new AtomicReference<>("one");
    private int maxInactive = 1_800;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final HttpSession session = Fake.of(HttpSession.class, (name, arguments) -> {
        if (name.equals("getCreationTime") && ended.get()) {
            throw new IllegalStateException("invalidated");
        }
        return switch (name) {
            case "getId" -> id.get();
            case "getMaxInactiveInterval" -> maxInactive;
            case "getLastAccessedTime" -> System.currentTimeMillis() - 60_000;
            case "getCreationTime" -> 7L;
            case "getServletContext" -> Fake.of(ServletContext.class, (method, given) -> null);
            default -> throw new AssertionError("unexpected question for " + name);
        };
    });
    private final List<String> told = new ArrayList<>();
    private final Handshake handshake = ScriptedGate.handshake(LoginsTest.class, new Visit(), new Cleanup());

    private void open() {
        handshake.open(Visit.class);
        handshake.onRevoked(() -> told.add("revoked"));
    }

    @Test
    void logoutRevokesWhatReliedOnTheSessionOnce() {
        logins.watch(session, handshake);
        open();
        logins.sessionDestroyed(new HttpSessionEvent(session));
        logins.sessionDestroyed(new HttpSessionEvent(session));

        assertThat(told).containsExactly("revoked");
        assertThat(logins.isEmpty()).isTrue();
    }

    /** Tomcat and WildFly close the sockets of a session themselves, with 1008, as soon as listeners have returned. */
    @Test
    void timeoutGivesOurCloseCodeAHeadStart() throws Exception {
        maxInactive = 60;
        logins.watch(session, handshake);
        handshake.open(Visit.class);
        CountDownLatch revoked = new CountDownLatch(1);
        handshake.onRevoked(revoked::countDown);
        Thread closing = new Thread(() -> {
            try {
                revoked.await();
            } catch (InterruptedException e) {
                return;
            }
            handshake.end(); // at once; the close frame leaves a moment later
            told.add("closed");
            handshake.sessionClosed();
        });
        closing.start();
        logins.sessionDestroyed(new HttpSessionEvent(session));
        told.add("the server's turn");
        closing.join();

        assertThat(told).containsExactly("closed", "the server's turn");
    }

    /** Which Payara and GlassFish tell of when the socket is closed, and no sooner. */
    @Test
    void timeoutIsNoticedBeforeTheServerTellsOfIt() {
        logins.watch(session, handshake);
        open();
        maxInactive = 0; // never
        logins.sweep();
        maxInactive = 1_800;
        logins.sweep();
        assertThat(told).isEmpty();
        maxInactive = 60;
        logins.sweep();
        logins.sweep();

        assertThat(told).containsExactly("revoked");
    }

    /** Whoever logs out does not wait for a peer that does not answer. */
    @Test
    void logoutWaitsForNobody() {
        open();
        long began = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            logins.watch(session, handshake);
            logins.sessionDestroyed(new HttpSessionEvent(session));
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void sessionThatChangesItsNameIsTheSameLogin() {
        logins.watch(session, handshake);
        open();
        id.set("two");
        logins.sessionIdChanged(new HttpSessionEvent(session), "one");
        logins.sessionIdChanged(new HttpSessionEvent(session), "unknown");
        logins.sessionDestroyed(new HttpSessionEvent(session));

        assertThat(told).containsExactly("revoked");
    }

    @Test
    void sessionThatEndedInTheMeantimeLetsNobodyIn() {
        ended.set(true);
        logins.watch(session, handshake);

        assertThat(handshake.open(Visit.class)).isEmpty();
    }

    @Test
    void connectionThatEndsAfterTheSessionChangedItsNameLeavesNothingBehind() {
        logins.watch(session, handshake);
        open();
        id.set("two");
        logins.sessionIdChanged(new HttpSessionEvent(session), "one");
        handshake.end();

        assertThat(logins.isEmpty()).isTrue();
    }

    @Test
    void connectionThatEndsLeavesNothingBehind() {
        logins.watch(session, handshake);
        open();
        handshake.end();

        assertThat(logins.isEmpty()).isTrue();
        logins.sessionDestroyed(new HttpSessionEvent(session));
        assertThat(told).isEmpty();
    }
}
