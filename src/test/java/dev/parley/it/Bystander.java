package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * People who behave while others do not: one talks to the echo all the time, one says something in a room that one reads, one
 * goes in and out of other rooms. They write down how long everything took and whatever was not as it should be.
 *
 * <p>Thread-safe.
 */
final class Bystander implements AutoCloseable {
    private static final String ROOM = "bystander";
    private static final int END = -1;
    private static final Duration ECHO_PAUSE = Duration.ofMillis(100);
    private static final Duration SAY_PAUSE = Duration.ofMillis(200);
    private static final Duration JOIN_PAUSE = Duration.ofMillis(300);
    private static final Duration BOUND = Duration.ofSeconds(1);

    private final Site site;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "bystander");
        thread.setDaemon(true);
        return thread;
    });
    private final CountDownLatch isOver = new CountDownLatch(1);
    private final CountDownLatch isHeard = new CountDownLatch(1);
    private final CountDownLatch present = new CountDownLatch(1); // the reader
    private final Queue<Long> echoes = new ConcurrentLinkedQueue<>();
    private final Queue<Long> acknowledgements = new ConcurrentLinkedQueue<>();
    private final Queue<Long> joins = new ConcurrentLinkedQueue<>();
    private final Queue<Long> histories = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> received = new ConcurrentLinkedQueue<>();
    private final Queue<String> refusedSends = new ConcurrentLinkedQueue<>();
    private final Queue<String> refusedJoins = new ConcurrentLinkedQueue<>();
    private final Queue<String> gaps = new ConcurrentLinkedQueue<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final long start = System.nanoTime();
    private boolean hasLeft;

    private Bystander(Site site) {
        this.site = site;
    }

    /** All of them; returns when they are there. */
    static Bystander at(Site site) {
        Bystander bystander = new Bystander(site);
        bystander.begin("echo", bystander::echo);
        bystander.begin("reader", bystander::read);
        bystander.begin("author", bystander::say);
        bystander.begin("guest", bystander::visit);
        await("bystanders")
                .atMost(Duration.ofSeconds(20))
                .until(() -> !bystander.faults.isEmpty()
                        || (bystander.echoes.size() > 5
                                && bystander.received.size() > 1
                                && bystander.histories.size() > 1));
        return bystander;
    }

    /** Only who talks to the echo, which needs no engine. */
    static Bystander echoing(Site site) {
        Bystander bystander = new Bystander(site);
        bystander.begin("echo", bystander::echo);
        bystander.isHeard.countDown();
        await("bystander").until(() -> !bystander.faults.isEmpty() || bystander.echoes.size() > 5);
        return bystander;
    }

    private interface Life {
        void live() throws Exception;
    }

    private void begin(String who, Life life) {
        threads.execute(() -> {
            try {
                life.live();
            } catch (Exception | AssertionError e) {
                if (!threads.isShutdown()) {
                    faults.add(who + " after " + seconds(System.nanoTime() - start) + " s: " + e);
                }
            }
        });
    }

    private boolean isOverAfter(Duration pause) throws InterruptedException {
        return isOver.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void echo() throws InterruptedException {
        try (RawWebSocket socket = site.open("/ws")) {
            int said = 0;
            do {
                long from = System.nanoTime();
                socket.sendText("still here " + said);
                assertThat(socket.receiveText()).isEqualTo("Message text was: still here " + said);
                echoes.add(System.nanoTime() - from);
                said++;
            } while (!isOverAfter(ECHO_PAUSE));
        }
    }

    private void say() throws InterruptedException {
        present.await();
        try (RoomsClient author = RoomsClient.as("author", site)) {
            author.joins(ROOM);
            int said = 0;
            do {
                said += isStored(author, said) ? 1 : 0;
            } while (!isOverAfter(SAY_PAUSE));
            while (!isStored(author, END)) {
                TimeUnit.MILLISECONDS.sleep(SAY_PAUSE.toMillis());
            }
        }
    }

    /** Says it, or the same again; the key makes it one. */
    private boolean isStored(RoomsClient author, int number) {
        long from = System.nanoTime();
        String answer = author.sends(ROOM, "key" + number, Integer.toString(number));
        if (answer.contains("\"not-joined\"")) { // it was told of a gap, perhaps
            author.joins(ROOM);
            return false;
        }
        if (!answer.contains("\"type\":\"ack\"")) {
            refusedSends.add(answer);
            return false;
        }
        acknowledgements.add(System.nanoTime() - from);
        acknowledged.add(number);
        return true;
    }

    private void read() {
        try (RoomsClient reader = RoomsClient.as("reader", site)) {
            String position = reader.joins(ROOM);
            String epoch = RoomsClient.field(position, "epoch");
            String seq = RoomsClient.field(position, "seq");
            String message = RoomsClient.field(position, "message");
            present.countDown();
            for (int last = 0; last != END; ) {
                String text = reader.hears();
                if (text.contains("\"type\":\"message\"")) {
                    seq = RoomsClient.field(text, "seq");
                    message = RoomsClient.field(text, "message");
                    last = Integer.parseInt(RoomsClient.field(text, "data"));
                    received.add(last);
                } else if (text.contains("\"type\":\"gap\"")) {
                    gaps.add(text);
                    String answer = reader.asks("'type':'join','room':'" + ROOM + "','since':{'epoch':" + epoch
                            + ",'seq':" + seq + ",'message':" + message + "}");
                    assertThat(answer).contains("\"resume\":\"ok\"");
                } else {
                    throw new AssertionError("told " + text);
                }
            }
        } finally {
            present.countDown();
            isHeard.countDown();
        }
    }

    private void visit() throws InterruptedException {
        try (RoomsClient guest = RoomsClient.as("guest", site)) {
            int visits = 0;
            do {
                String room = "visited-" + visits % 5;
                long from = System.nanoTime();
                String joined = guest.asks("'type':'join','room':'" + room + "'");
                joins.add(System.nanoTime() - from);
                from = System.nanoTime();
                String history = guest.asks("'type':'history','room':'" + room + "','limit':10");
                histories.add(System.nanoTime() - from);
                if (!joined.contains("\"type\":\"joined\"") || !history.contains("\"type\":\"history\"")) {
                    refusedJoins.add(joined + " " + history);
                }
                guest.asks("'type':'leave','room':'" + room + "'");
                visits++;
            } while (!isOverAfter(JOIN_PAUSE));
        }
    }

    /** They finish what they are at, hear the last of it and go. */
    Bystander leave() {
        if (!hasLeft) {
            hasLeft = true;
            isOver.countDown();
            threads.shutdown();
            try {
                boolean unused = isHeard.await(10, TimeUnit.SECONDS);
                boolean areGone = threads.awaitTermination(5, TimeUnit.SECONDS);
                if (!areGone) {
                    faults.add("somebody waits for ever");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
        return this;
    }

    /** Every echo came in time, what was acknowledged was delivered once and in order, and nobody was closed or refused. */
    Bystander mustHaveLostNothing() {
        assertThat(faults).as(this::toString).isEmpty();
        assertThat(worst(echoes)).as("echo: " + this).isLessThanOrEqualTo(BOUND);
        assertThat(received).as(this::toString).doesNotHaveDuplicates().containsAll(acknowledged);
        List<Integer> said = new ArrayList<>(received);
        said.remove(Integer.valueOf(END));
        assertThat(said).as(this::toString).isSorted();
        return this;
    }

    Bystander mustHaveBeenStored() {
        assertThat(refusedSends).as(this::toString).isEmpty();
        return this;
    }

    Bystander mustHaveBeenLetIn() {
        assertThat(refusedJoins).as(this::toString).isEmpty();
        return this;
    }

    Bystander mustHaveBeenLetInWithin(Duration bound) {
        mustHaveBeenLetIn();
        assertThat(worst(joins)).as("join: " + this).isLessThanOrEqualTo(bound);
        assertThat(worst(histories)).as("history: " + this).isLessThanOrEqualTo(bound);
        return this;
    }

    List<String> refusedSends() {
        return List.copyOf(refusedSends);
    }

    private static Duration worst(Queue<Long> nanos) {
        return Duration.ofNanos(nanos.stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(Duration.ofHours(1).toNanos()));
    }

    private static String figures(Queue<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty()
                ? "none"
                : "%d, p99 %.0f ms, worst %.0f ms"
                        .formatted(
                                sorted.size(),
                                sorted.get(sorted.size() * 99 / 100) / 1e6,
                                sorted.get(sorted.size() - 1) / 1e6);
    }

    private static String seconds(long nanos) {
        return "%.1f".formatted(nanos / 1e9);
    }

    @Override
    public String toString() {
        return "bystanders: echoes " + figures(echoes) + "; acks " + figures(acknowledgements) + "; joins "
                + figures(joins) + "; histories " + figures(histories) + "; received " + received.size() + ", gaps "
                + gaps.size() + ", refused sends " + refusedSends.size()
                + refusedSends.stream().findFirst().map(first -> " " + first).orElse("") + ", refused joins "
                + refusedJoins.size()
                + refusedJoins.stream().findFirst().map(first -> " " + first).orElse("") + ", faults " + faults;
    }

    @Override
    public void close() {
        isOver.countDown();
        threads.shutdownNow();
    }
}
