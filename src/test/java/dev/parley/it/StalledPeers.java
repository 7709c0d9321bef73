package dev.parley.it;

import static org.awaitility.Awaitility.await;

import dev.parley.it.wire.Crowd;
import dev.parley.it.wire.ServerBacklog;
import dev.parley.it.wire.Site;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Members of the chat who do not read, as the server's kernel sees them: it takes almost 3 MB for such a peer on the
 * loopback interface, and only when that is full can a server begin to notice. Beside them sits one who talks and reads.
 *
 * <p>Used by one thread.
 */
final class StalledPeers implements AutoCloseable {
    private static final int RECEIVE_BUFFER_BYTES = 4096;
    private static final String FILLING = "x".repeat(64 * 1024);

    private final Site site;
    private final int size;
    private final int firstId;
    private final Deliveries deliveries;
    private final Crowd crowd;
    private final Map<Integer, Long> unsentBytes = new HashMap<>();
    private final Map<Integer, Long> unchangedSince = new HashMap<>();

    /** Joins so many, with client ids from {@code firstId} on, and has them stop reading. */
    StalledPeers(Site site, int size, int firstId) {
        this.site = site;
        this.size = size;
        this.firstId = firstId;
        this.deliveries = new Deliveries(size + 1);
        this.crowd = Crowd.gather(
                IntStream.rangeClosed(0, size)
                        .mapToObj(i -> site.upgrade("/ws/" + (firstId + i)))
                        .toList(),
                RECEIVE_BUFFER_BYTES,
                deliveries);
        members().forEach(crowd::stopReading);
    }

    /**
     * How much the server's kernel takes for a peer who does not read. It depends on the pieces that the server writes in: Open
     * Liberty's header in one buffer and content in another is 2.0 MB, others' frames 2.8.
     */
    static long capacity(Site site) {
        long[] unsent = {0, System.nanoTime(), 0};
        try (Crowd probe = Crowd.gather(List.of(site.upgrade("/ws")), RECEIVE_BUFFER_BYTES, new Deliveries(1))) {
            probe.stopReading(0);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> {
                        long now = ServerBacklog.unsentBytes(site.port()).getOrDefault(probe.localPort(0), 0L);
                        if (now != unsent[0]) {
                            unsent[0] = now;
                            unsent[1] = System.nanoTime();
                        }
                        // Each only when the echo of the last one is there: what a slow server has yet to answer would
                        // come on
                        // top of a full kernel, and it would close the probe, because too much waits for it.
                        if (now >= unsent[2] - FILLING.length() / 2) {
                            probe.sendText(0, FILLING);
                            unsent[2] += FILLING.length();
                        }
                        return now > 0
                                && System.nanoTime() - unsent[1]
                                        > Duration.ofSeconds(2).toNanos();
                    });
        }
        return unsent[0];
    }

    private List<Integer> members() {
        return IntStream.range(0, size).boxed().toList();
    }

    List<Integer> ids() {
        return members().stream().map(member -> firstId + member).toList();
    }

    /** Talks until the server's kernel holds so much for everyone, or takes no more. */
    void fillUpTo(long bytes) {
        long[] said = {0};
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofMinutes(1))
                .until(() -> {
                    if (deliveries.wrote(size) == said[0]) {
                        crowd.sendText(size, FILLING);
                        said[0]++;
                    }
                    look();
                    return unsentBytes.size() == size
                            && unsentBytes.values().stream().allMatch(unsent -> unsent >= bytes);
                });
    }

    /** Looks at the kernel's tables once more; to be called often. */
    void look() {
        Map<Integer, Long> unsentByPort = ServerBacklog.unsentBytes(site.port());
        for (int member : members()) {
            Long unsent = unsentByPort.get(crowd.localPort(member));
            if (unsent != null && !unsent.equals(unsentBytes.put(member, unsent))) {
                unchangedSince.put(member, System.nanoTime());
            }
        }
    }

    /** Whether the kernel has taken nothing more for any of them for so long, while there was something to take. */
    boolean areFullFor(Duration time) {
        long now = System.nanoTime();
        return unchangedSince.values().stream().allMatch(since -> now - since > time.toNanos());
    }

    /** How long after the kernel had taken the last byte for a peer the others heard it leave; one value a peer. */
    List<Duration> noticedAfter(Deliveries others) {
        return members().stream()
                .map(member ->
                        Duration.ofNanos(others.leftAt(firstId + member).orElseThrow() - unchangedSince.get(member)))
                .sorted()
                .toList();
    }

    /** What the kernel holds for whom it holds most. */
    long largestUnsentBytes() {
        return unsentBytes.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Reads again, to the end of every connection, and tells how each ended. */
    List<Deliveries.Ending> readToTheEnd() {
        members().forEach(crowd::resumeReading);
        await().atMost(Duration.ofMinutes(1)).until(() -> deliveries.endings().size() == size);
        return List.copyOf(deliveries.endings().values());
    }

    @Override
    public void close() {
        crowd.close();
    }
}
