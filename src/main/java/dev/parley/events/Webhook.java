package dev.parley.events;

import dev.parley.ParleyEvent;
import dev.parley.backplane.RoomPattern;
import dev.parley.node.Budget;
import dev.parley.node.LogLimit;
import dev.parley.node.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Posts events to a backend, signed, each until it is taken: answered with 2xx. Those of one room one after the other, those of eight rooms
 * at once. Thread-safe.
 *
 * <pre>
 *   give ──▶ queue of its room ──▶ post ──2xx──▶ next of the room
 *                                   │ else, or no answer within 10 s
 *                                   └──▶ again after 1 s, 2 s, 4 s … 1 min; given up after {@value #ATTEMPTS} times, in about 6 minutes
 * </pre>
 *
 * <p>What waits is bounded in number, in bytes, and by the node's budget; beyond it the latest is given up. No redirect is followed. Nothing of
 * the address but its host is logged, and nothing of the secret.
 *
 * @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard Webhooks</a>
 */
public final class Webhook implements Sink, Budget.Holder {
    static final int ATTEMPTS = 12;

    private static final Logger LOG = System.getLogger(Webhook.class.getName());
    private static final int IDLE_SECONDS = 30;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final String DELIVERED = "delivered";
    private static final String FAILED = "failed";
    private static final String GIVEN_UP = "given_up";

    /**
     * What is posted where.
     *
     * @param kinds of events
     * @param rooms all, if there is none
     */
    public record Target(
            URI url, WebhookSecret secret, Set<Class<? extends ParleyEvent>> kinds, Set<RoomPattern> rooms) {
        public Target {
            kinds = Set.copyOf(kinds);
            rooms = Set.copyOf(rooms);
        }

        @Override
        public String toString() {
            return "webhook at " + url.getHost();
        }
    }

    /** How long one attempt may take, and how long to wait before the second one. */
    record Timing(Duration attempt, Duration firstPause) {
        static final Timing USUAL = new Timing(Duration.ofSeconds(10), Duration.ofSeconds(1));
    }

    private final Target target;
    private final Timing timing;
    private final Budget budget;
    private final InstantSource clock;
    private final Tally tally = new Tally(DELIVERED, FAILED, GIVEN_UP);
    private final LogLimit failures = new LogLimit(System::nanoTime);
    private final LogLimit losses = new LogLimit(System::nanoTime);
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, Threads.factory("webhook-timer"));
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            2, 2, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Threads.factory("webhook"));
    private final DeliveryQueue queue;
    private final HttpClient client;

    public Webhook(Target target, Budget budget) {
        this(target, Timing.USUAL, budget, InstantSource.system());
    }

    Webhook(Target target, Timing timing, Budget budget, InstantSource clock) {
        this.target = target;
        this.timing = timing;
        this.budget = budget;
        this.clock = clock;
        this.queue = new DeliveryQueue(budget);
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        threads.allowCoreThreadTimeOut(true);
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timing.attempt())
                .executor(threads)
                .build();
        budget.join(this);
    }

    /**
     * Kinds of events by name.
     *
     * @param names such as {@code member.joined}, with commas; {@code all} for all
     * @throws IllegalArgumentException if one is none
     */
    public static Set<Class<? extends ParleyEvent>> kinds(String names) {
        if (names.equals("all")) {
            return Set.copyOf(Events.KINDS.values());
        }
        Set<Class<? extends ParleyEvent>> kinds = new HashSet<>();
        for (String name : names.split(",", -1)) {
            Class<? extends ParleyEvent> kind = Events.KINDS.get(name.strip());
            if (kind == null) {
                throw new IllegalArgumentException("must be all, or some of "
                        + Events.KINDS.keySet().stream().sorted().collect(Collectors.joining(", ")) + " with commas");
            }
            kinds.add(kind);
        }
        return kinds;
    }

    Target target() {
        return target;
    }

    /** How often what was posted was taken, was not, and what was given up. */
    public Map<String, Long> counts() {
        return tally.sums();
    }

    /** How many events wait, those included that are being posted. */
    public int waiting() {
        return queue.size();
    }

    @Override
    public void give(ParleyEvent event) {
        Delivery delivery = new Delivery(event);
        if (queue.add(delivery)) {
            wake();
        } else {
            giveUp(delivery, "too much waits");
        }
    }

    /** Has what is ready posted, by the timer's thread. */
    private void wake() {
        if (!queue.wakes()) {
            return;
        }
        try {
            timer.execute(this::postAll);
        } catch (Throwable noThread) { // the system has none just now, or this is over; whoever comes next tries again
            queue.slept();
        }
    }

    private void postAll() {
        try {
            for (Delivery next = queue.next(); next != null; next = queue.next()) {
                post(next);
            }
        } catch (Throwable fault) { // whoever comes next tries again
            queue.slept();
            Threads.report("a webhook", fault);
        }
    }

    private void post(Delivery delivery) {
        CompletableFuture<HttpResponse<Void>> answer;
        try {
            answer = client.sendAsync(request(delivery), HttpResponse.BodyHandlers.discarding());
        } catch (Throwable fault) {
            answer = CompletableFuture.failedFuture(fault);
        }
        CompletableFuture<HttpResponse<Void>> asked = answer;
        CompletableFuture<?> told = asked.whenComplete((response, failure) -> {
            String how = response == null ? "no answer" : "status " + response.statusCode();
            answered(delivery, how, response != null && response.statusCode() / 100 == 2);
        });
        try { // the client's own timeout ends with the head of the answer
            Future<?> alarm =
                    timer.schedule(() -> asked.cancel(true), timing.attempt().toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<?> unused = told.whenComplete((response, failure) -> alarm.cancel(false));
        } catch (Throwable noThread) { // it counts as under way until it is answered
            asked.cancel(true);
        }
    }

    private HttpRequest request(Delivery delivery) {
        long timestamp = clock.instant().getEpochSecond();
        return HttpRequest.newBuilder(target.url())
                .timeout(timing.attempt())
                .header("Content-Type", "application/json")
                .header("User-Agent", "parley")
                .header("webhook-id", delivery.id)
                .header("webhook-timestamp", Long.toString(timestamp))
                .header("webhook-signature", target.secret().sign(delivery.id, timestamp, delivery.body))
                .POST(HttpRequest.BodyPublishers.ofString(delivery.body))
                .build();
    }

    private void answered(Delivery delivery, String how, boolean isTaken) {
        tally.count(isTaken ? DELIVERED : FAILED);
        int attempts = queue.attempted(delivery, isTaken, ATTEMPTS);
        if (!isTaken && attempts >= ATTEMPTS) {
            giveUp(delivery, how);
        } else if (!isTaken) {
            Duration pause = timing.firstPause().multipliedBy(1L << (attempts - 1));
            again(delivery.room, Math.min(pause.toMillis(), LONGEST_PAUSE.toMillis()));
            if (!queue.isOver() && failures.allows()) {
                LOG.log(Level.WARNING, "{0} did not take an event, and is asked again: {1}", target, how);
            }
        }
        wake();
    }

    private void again(String room, long pauseMillis) {
        try {
            Future<?> unused = timer.schedule(
                    () -> {
                        queue.again(room);
                        wake();
                    },
                    pauseMillis,
                    TimeUnit.MILLISECONDS);
        } catch (Throwable noThread) {
            queue.again(room); // whoever comes next tries again
        }
    }

    private void giveUp(Delivery delivery, String why) {
        tally.count(GIVEN_UP);
        if (!queue.isOver() && losses.allows()) {
            LOG.log(
                    Level.WARNING,
                    "{0} has missed {1}: {2}; {3} events were given up to now",
                    target,
                    delivery.id,
                    why,
                    tally.sums().get(GIVEN_UP));
        }
    }

    @Override
    public long held() {
        return queue.bytes();
    }

    /** What is not yet the first of its room goes, from all. */
    @Override
    public void giveWay() {
        queue.thin().forEach(each -> giveUp(each, "memory is short"));
    }

    @Override
    public void end() {
        // what waits is still posted
    }

    @Override
    public void close(Duration patience) throws InterruptedException {
        try {
            boolean unused = queue.drain(patience);
        } finally {
            timer.shutdownNow();
            threads.shutdownNow();
            budget.leave(this);
            queue.close();
        }
    }
}
