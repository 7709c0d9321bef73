package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.client.ParleyClient;
import dev.parley.client.Transport;
import dev.parley.it.wire.Site;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Many in many rooms, of whom some lose their connections every second, in the middle of whatever they do, and come back by
 * resume, to any of some sites. A third of each room's members have parley.js, a third the Java client.
 *
 * @param rate messages a second in all
 * @param lostPerSecond the share of members that lose their connections in a second
 * @param isFirstRestless whether the first member does so several times a second
 */
record Soak(int seconds, int connections, int rooms, int rate, double lostPerSecond, boolean isFirstRestless) {
    private static final int TICKS_PER_SECOND = 20;

    /** In the end every message that was acknowledged has been delivered once and in order to everybody, and so has every other. */
    void over(List<Site> sites) {
        SoakBook book = new SoakBook();
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        HttpClient http = HttpClient.newBuilder().executor(threads).build();
        ParleyClient.Options options =
                ParleyClient.Options.defaults().transport(Transport.over(http)).executor(threads);
        Supplier<Site> any = () -> sites.get(ThreadLocalRandom.current().nextInt(sites.size()));
        NodeMembers node = NodeMembers.start(sites, book);
        List<SoakMember> members = IntStream.range(0, connections)
                .mapToObj(i -> {
                    String user = "user" + i;
                    String room = "soak-" + i % rooms;
                    return switch (i / rooms % 3) { // a third of each room
                        case 0 -> new WireMember(any, http, timer, book, user, room);
                        case 1 -> new ClientMember(any, options, book, user, room);
                        default -> node.member(user, room);
                    };
                })
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
            System.out.println("soak: " + connections + " connections, " + rooms + " rooms, " + sites.size()
                    + " nodes, " + seconds + " s, " + book.messages() + " messages: " + book);
            members.stream()
                    .filter(member -> !member.isUpTo(book.top(member.room())))
                    .limit(5)
                    .forEach(member ->
                            System.out.println("soak: behind: " + member + ", top " + book.top(member.room())));
            timer.shutdownNow();
            members.forEach(SoakMember::close);
            node.close();
            threads.shutdownNow();
        }
        assertThat(book.wrongs()).isEmpty();
        assertThat(book.messages()).isGreaterThan(0);
        assertThat(book.toString()).contains("dropped", "resumed ok", "replayed");
    }

    private void soak(ScheduledExecutorService timer, List<SoakMember> members) {
        Random random = new Random();
        AtomicLong said = new AtomicLong();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        var ticking = timer.scheduleAtFixedRate(
                () -> {
                    for (int i = 0; i < rate / TICKS_PER_SECOND + 1; i++) {
                        if (random.nextDouble() < (double) rate / TICKS_PER_SECOND / (rate / TICKS_PER_SECOND + 1)) {
                            members.get(random.nextInt(members.size())).send("m" + said.incrementAndGet());
                        }
                    }
                    for (SoakMember member : members) {
                        if (random.nextDouble() < lostPerSecond / TICKS_PER_SECOND) {
                            member.drop(random.nextInt(2_000));
                        }
                    }
                    if (isFirstRestless && random.nextInt(10) == 0) {
                        members.get(0).drop(random.nextInt(300));
                    }
                },
                0,
                1_000 / TICKS_PER_SECOND,
                TimeUnit.MILLISECONDS);
        await("the end").atMost(Duration.ofSeconds(seconds + 60L)).until(() -> System.nanoTime() - end > 0);
        ticking.cancel(false);
    }
}
