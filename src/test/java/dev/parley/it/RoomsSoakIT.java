package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many in many rooms, of whom one in a hundred loses its connection every second, in the middle of whatever it does. In the end
 * every message that was acknowledged has been delivered once and in order to everybody, and so has every other.
 *
 * <p>How long and how many is said by {@code -Dsoak.seconds}, {@code -Dsoak.connections}, {@code -Dsoak.rooms} and
 * {@code -Dsoak.rate}, messages a second in all.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class RoomsSoakIT {
    private static final int SECONDS = Integer.getInteger("soak.seconds", 15);
    private static final int CONNECTIONS = Integer.getInteger("soak.connections", 100);
    private static final int ROOMS = Integer.getInteger("soak.rooms", 5);
    private static final int RATE = Integer.getInteger("soak.rate", 50);
    private static final double LOST_PER_SECOND = 0.01;
    private static final int TICKS_PER_SECOND = 20;

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Test
    void everyAcknowledgedMessageIsDeliveredToEverybodyOnceAndInOrder() {
        SoakBook book = new SoakBook();
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        HttpClient http = HttpClient.newBuilder().executor(threads).build();
        List<SoakMember> members = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> new SoakMember(Site.at(base), http, timer, book, "user" + i, "soak-" + i % ROOMS))
                .toList();
        try {
            members.forEach(SoakMember::connect);
            await("everybody is in")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> members.stream().allMatch(member -> member.isUpTo(0)));

            soak(timer, members);

            await("everybody has read everything")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> members.stream().allMatch(member -> member.isUpTo(book.top(member.room()))));
        } finally {
            System.out.println("soak: " + CONNECTIONS + " connections, " + ROOMS + " rooms, " + SECONDS + " s, "
                    + book.messages() + " messages: " + book);
            members.stream()
                    .filter(member -> !member.isUpTo(book.top(member.room())))
                    .limit(5)
                    .forEach(member ->
                            System.out.println("soak: behind: " + member + ", top " + book.top(member.room())));
            timer.shutdownNow();
            threads.shutdownNow();
        }
        assertThat(book.wrongs()).isEmpty();
        assertThat(book.messages()).isGreaterThan(0);
        assertThat(book.toString()).contains("dropped", "resumed ok", "replayed");
    }

    private static void soak(ScheduledExecutorService timer, List<SoakMember> members) {
        Random random = new Random();
        AtomicLong said = new AtomicLong();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        var ticking = timer.scheduleAtFixedRate(
                () -> {
                    for (int i = 0; i < RATE / TICKS_PER_SECOND + 1; i++) {
                        if (random.nextDouble() < (double) RATE / TICKS_PER_SECOND / (RATE / TICKS_PER_SECOND + 1)) {
                            members.get(random.nextInt(members.size())).send("m" + said.incrementAndGet());
                        }
                    }
                    for (SoakMember member : members) {
                        if (random.nextDouble() < LOST_PER_SECOND / TICKS_PER_SECOND) {
                            member.drop(random.nextInt(2_000));
                        }
                    }
                },
                0,
                1_000 / TICKS_PER_SECOND,
                TimeUnit.MILLISECONDS);
        await("the end").atMost(Duration.ofSeconds(SECONDS + 60L)).until(() -> System.nanoTime() - end > 0);
        ticking.cancel(false);
    }
}
