package dev.parley.handshake.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RemoteKeysTest {
    private static final JWKSet OLD = set("old");

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicInteger fetched = new AtomicInteger();
    private volatile Callable<JWKSet> place = () -> OLD;
    private final RemoteKeys keys = new RemoteKeys(
            () -> {
                fetched.incrementAndGet();
                return place.call();
            },
            now::get);
    private final CountDownLatch answer = new CountDownLatch(1);

    @AfterEach
    void answer() {
        answer.countDown();
    }

    private static JWKSet set(String... names) {
        List<JWK> all = new ArrayList<>();
        for (String name : names) {
            all.add(new OctetSequenceKey.Builder(new byte[32]).keyID(name).build());
        }
        return new JWKSet(all);
    }

    private List<JWK> ask(String name) throws KeySourceException {
        return keys.get(new JWKSelector(new JWKMatcher.Builder().keyID(name).build()), null);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private JWKSet hang() throws InterruptedException {
        answer.await();
        return set("old", "new");
    }

    @Test
    void whoseKeyIsKnownIsNotHeldUpWhileOthersWaitForAPlaceThatHangs() throws Exception {
        assertThat(ask("old")).hasSize(1);
        place = this::hang;
        AtomicInteger told = new AtomicInteger();
        List<Thread> unknown = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            int number = i;
            Thread thread = new Thread(() -> {
                try {
                    told.addAndGet(ask("made-up-" + number).size());
                } catch (KeySourceException away) {
                    told.addAndGet(1_000);
                }
            });
            thread.start();
            unknown.add(thread);
        }
        long began = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(ask("old")).hasSize(1);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        for (Thread thread : unknown) {
            thread.join();
        }

        assertThat(told).hasValue(250_000); // all were told that the keys are away, sixteen of them after two seconds
        assertThat(fetched).hasValue(2);
    }

    @Test
    void newKeyIsFoundAtOnceAndMadeUpOnesAreNotAskedForEach() throws Exception {
        assertThat(ask("old")).hasSize(1);
        place = () -> set("old", "new");
        assertThat(ask("new")).hasSize(1);
        for (int i = 0; i < 100; i++) {
            assertThat(ask("made-up")).isEmpty();
        }
        assertThat(fetched).hasValue(2);
        pass(Duration.ofSeconds(31));
        assertThat(ask("made-up")).isEmpty();
        assertThat(fetched).hasValue(3);
    }

    @Test
    void oldKeysGoOnWhileThePlaceIsAwayButNotForEver() throws Exception {
        assertThat(ask("old")).hasSize(1);
        place = () -> {
            throw new IOException("away");
        };
        pass(Duration.ofMinutes(11));
        for (int i = 0; i < 39; i++) {
            pass(Duration.ofMinutes(1).minusMillis(1));
            assertThat(ask("old")).hasSize(1);
        }
        pass(Duration.ofMinutes(2));
        assertThatThrownBy(() -> ask("old")).isInstanceOf(KeySourceException.class);
    }

    @Test
    void keyThatWasWithdrawnIsNotGoodAfterALongPause() throws Exception {
        assertThat(ask("old")).hasSize(1);
        place = () -> set("new");
        pass(Duration.ofMinutes(11));

        assertThat(ask("old")).isEmpty();
    }

    @Test
    void placeThatFailsIsAskedAgainAfterAMoment() throws Exception {
        place = () -> {
            throw new NoClassDefFoundError("whatever it throws");
        };
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> ask("old")).isInstanceOf(KeySourceException.class);
        }
        assertThat(fetched).hasValue(1);
        place = () -> OLD;
        pass(Duration.ofSeconds(6));

        assertThat(ask("old")).hasSize(1);
    }
}
