package dev.parley.events;

import dev.parley.ConnectionClosed;
import dev.parley.ConnectionOpened;
import dev.parley.MemberJoined;
import dev.parley.MemberLeft;
import dev.parley.MessagePublished;
import dev.parley.ParleyEvent;
import dev.parley.RoomEvent;
import dev.parley.backplane.RoomPattern;
import dev.parley.node.Budget;
import dev.parley.node.LogLimit;
import dev.parley.node.Threads;
import dev.parley.protocol.JsonText;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    static final int WAITING = 10_000;
    static final long WAITING_BYTES = 16L * 1024 * 1024;

    private static final Logger LOG = System.getLogger(Webhook.class.getName());
    private static final int AT_ONCE = 8;
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

    /** An event on its way. */
    private static final class Delivery {
        private final String room;
        private final String id = "evt_" + UUID.randomUUID();
        private final String body;
        private final long cost;
        private int attempts; // guarded by the webhook

        Delivery(String room, String body) {
            this.room = room;
            this.body = body;
            this.cost = EVENT_BYTES + Budget.costOf(body.length());
        }
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
    private final HttpClient client;

    // Guarded by this.
    private final Map<String, ArrayDeque<Delivery>> rooms =
            new HashMap<>(); // the first of each is the one to be posted
    private final ArrayDeque<String> ready = new ArrayDeque<>(); // rooms whose first may be posted now
    private int waiting;
    private long bytes;
    private int underWay;
    private boolean isWoken; // somebody is going to post
    private boolean isOver;

    public Webhook(Target target, Budget budget) {
        this(target, Timing.USUAL, budget, InstantSource.system());
    }

    Webhook(Target target, Timing timing, Budget budget, InstantSource clock) {
        this.target = target;
        this.timing = timing;
        this.budget = budget;
        this.clock = clock;
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

    Set<Class<? extends ParleyEvent>> kinds() {
        return target.kinds();
    }

    Set<RoomPattern> rooms() {
        return target.rooms();
    }

    /** How often what was posted was taken, was not, and what was given up. */
    public Map<String, Long> counts() {
        return tally.sums();
    }

    /** How many events wait, those included that are being posted. */
    public synchronized int waiting() {
        return waiting;
    }

    @Override
    public void give(ParleyEvent event) {
        Delivery delivery = new Delivery(room(event), body(event));
        if (isTaken(delivery)) {
            wake();
        } else {
            giveUp(delivery, "too much waits");
        }
    }

    private synchronized boolean isTaken(Delivery delivery) {
        if (isOver || waiting >= WAITING || bytes + delivery.cost > WAITING_BYTES) {
            return false;
        }
        waiting++;
        bytes += delivery.cost;
        budget.hold(Budget.Use.KEPT, delivery.cost);
        ArrayDeque<Delivery> queue = rooms.computeIfAbsent(delivery.room, room -> new ArrayDeque<>());
        queue.add(delivery);
        if (queue.size() == 1) {
            ready.add(delivery.room);
        }
        return true;
    }

    /** What happens to a connection is in order, too. */
    private static String room(ParleyEvent event) {
        if (event instanceof RoomEvent inRoom) {
            return inRoom.room().name();
        }
        return event instanceof ConnectionOpened opened
                ? "#" + opened.connection()
                : "#" + ((ConnectionClosed) event).connection();
    }

    /** {@code {"type":…,"timestamp":…,"data":{…}}}. */
    static String body(ParleyEvent event) {
        String type = Events.KINDS.entrySet().stream()
                .filter(kind -> kind.getValue().isInstance(event))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        Map<String, Object> data = new LinkedHashMap<>();
        if (event instanceof RoomEvent inRoom) {
            data.put("room", inRoom.room().name());
        }
        if (event instanceof MemberJoined joined) {
            data.put("user", joined.user());
        } else if (event instanceof MemberLeft left) {
            data.put("user", left.user());
        } else if (event instanceof MessagePublished published) {
            data.put("user", published.from().user());
            data.put("connection", published.from().connection());
            data.put("epoch", published.position().epoch());
            data.put("seq", published.position().seq());
            data.put("message", published.position().message());
            data.put("data", new JsonText.Verbatim(published.data().raw()));
        } else if (event instanceof ConnectionOpened opened) {
            data.put("connection", opened.connection());
            data.put("user", opened.user());
            data.put("endpoint", opened.endpoint());
        } else if (event instanceof ConnectionClosed closed) {
            data.put("connection", closed.connection());
            data.put("user", closed.user());
            data.put("endpoint", closed.endpoint());
            data.put("cause", closed.cause());
            data.put("since", closed.since());
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", type);
        body.put("timestamp", event.at());
        body.put("data", data);
        return JsonText.of(body);
    }

    /** Has what is ready posted, by the timer's thread. */
    private void wake() {
        synchronized (this) {
            if (isWoken || isOver) {
                return;
            }
            isWoken = true;
        }
        try {
            timer.execute(this::postAll);
        } catch (Throwable noThread) { // the system has none just now, or this is over; whoever comes next tries again
            slept();
        }
    }

    private synchronized void slept() {
        isWoken = false;
    }

    private void postAll() {
        try {
            for (Delivery next = next(); next != null; next = next()) {
                post(next);
            }
        } catch (Throwable fault) { // whoever comes next tries again
            slept();
            Threads.report("a webhook", fault);
        }
    }

    private synchronized @Nullable Delivery next() {
        while (underWay < AT_ONCE && !ready.isEmpty()) {
            ArrayDeque<Delivery> queue = rooms.get(ready.remove());
            if (queue != null) {
                underWay++;
                return queue.element();
            }
        }
        isWoken = false;
        return null;
    }

    private void post(Delivery delivery) {
        CompletableFuture<HttpResponse<Void>> answer;
        try {
            answer = client.sendAsync(request(delivery), HttpResponse.BodyHandlers.discarding());
        } catch (Throwable fault) {
            answer = CompletableFuture.failedFuture(fault);
        }
        CompletableFuture<HttpResponse<Void>> asked = answer;
        // The client's own timeout ends with the head of the answer.
        Future<?> alarm =
                timer.schedule(() -> asked.cancel(true), timing.attempt().toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<?> unused = asked.whenComplete((response, failure) -> {
            alarm.cancel(false);
            String how = response == null ? "no answer" : "status " + response.statusCode();
            answered(delivery, how, response != null && response.statusCode() / 100 == 2);
        });
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
        int attempts;
        synchronized (this) {
            underWay--;
            attempts = ++delivery.attempts;
            if (isTaken || attempts >= ATTEMPTS) {
                done(delivery);
            }
        }
        if (!isTaken && attempts >= ATTEMPTS) {
            giveUp(delivery, how);
        } else if (!isTaken) {
            Duration pause = timing.firstPause().multipliedBy(1L << (attempts - 1));
            again(delivery.room, Math.min(pause.toMillis(), LONGEST_PAUSE.toMillis()));
            if (!isOver() && failures.allows()) {
                LOG.log(Level.WARNING, "{0} did not take an event, and is asked again: {1}", target, how);
            }
        }
        wake();
    }

    private synchronized boolean isOver() {
        return isOver;
    }

    private void again(String room, long pauseMillis) {
        try {
            Future<?> unused = timer.schedule(
                    () -> {
                        synchronized (this) {
                            ready.add(room);
                        }
                        wake();
                    },
                    pauseMillis,
                    TimeUnit.MILLISECONDS);
        } catch (Throwable noThread) {
            synchronized (this) {
                ready.add(room); // whoever comes next tries again
            }
        }
    }

    /** The first of its room is; the next one may be posted. */
    private synchronized void done(Delivery delivery) {
        ArrayDeque<Delivery> queue = rooms.get(delivery.room);
        if (queue == null) {
            return; // it is over
        }
        release(queue.remove());
        if (queue.isEmpty()) {
            rooms.remove(delivery.room);
        } else {
            ready.add(delivery.room);
        }
    }

    private synchronized void release(Delivery delivery) {
        waiting--;
        bytes -= delivery.cost;
        budget.release(Budget.Use.KEPT, delivery.cost);
        notifyAll();
    }

    private void giveUp(Delivery delivery, String why) {
        tally.count(GIVEN_UP);
        if (!isOver() && losses.allows()) {
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
    public synchronized long held() {
        return bytes;
    }

    /** What is not yet the first of its room goes, from all. */
    @Override
    public void giveWay() {
        List<Delivery> given = new ArrayList<>();
        synchronized (this) {
            for (ArrayDeque<Delivery> queue : rooms.values()) {
                while (queue.size() > 1) {
                    given.add(queue.removeLast());
                }
            }
            given.forEach(this::release);
        }
        given.forEach(each -> giveUp(each, "memory is short"));
    }

    @Override
    public void end() {
        // what waits is still posted
    }

    @Override
    public void close(Duration patience) throws InterruptedException {
        try {
            synchronized (this) {
                boolean unused = Threads.await(this, patience.toMillis(), () -> waiting == 0);
            }
        } finally {
            timer.shutdownNow();
            threads.shutdownNow();
            budget.leave(this);
            synchronized (this) {
                isOver = true;
                rooms.values().forEach(queue -> queue.forEach(this::release));
                rooms.clear();
            }
        }
    }
}
