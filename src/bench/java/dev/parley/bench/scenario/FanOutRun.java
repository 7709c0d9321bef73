package dev.parley.bench.scenario;

import dev.parley.bench.load.Fleet;
import dev.parley.bench.load.Latencies;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.server.Server;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Members of one room, some of whom speak: one message at a time, as many as the server takes, or at a fixed rate. */
final class FanOutRun implements Run {
    private static final int OUTSTANDING = 4;
    private static final Duration CONNECT_LIMIT = Duration.ofMinutes(2);
    private static final long STALL_NANOS = Duration.ofSeconds(20).toNanos();
    private static final long POLL_NANOS = 50_000_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MICROS_PER_MILLI = 1_000;

    private final Server server;
    private final Fleet fleet;
    private final Scale scale;
    private final Exchange exchange;
    private int turn;

    FanOutRun(Server server, Scale scale, int members) {
        this(server, connected(server, members), scale, members);
    }

    /** Over members that are connected already. */
    FanOutRun(Server server, Fleet fleet, Scale scale, int members) {
        this.server = server;
        this.fleet = fleet;
        this.scale = scale;
        this.exchange = new Exchange(fleet, members, scale.textBytes());
    }

    static Fleet connected(Server server, int members) {
        Fleet fleet = server.fleet();
        try {
            join(fleet, members);
        } catch (LoadException e) {
            server.close();
            fleet.close();
            throw e;
        }
        return fleet;
    }

    /** Adds members and waits until they are in the room. */
    static void join(Fleet fleet, int members) {
        fleet.listen(new Fleet.Listener() {});
        fleet.connect(members, index -> fleet.dialect().chatPath(index + 1), CONNECT_LIMIT);
        RollCall.hold(fleet);
    }

    @Override
    public void warmUp(Duration time) {
        underLoad(time.dividedBy(2));
        oneAtATime(time.dividedBy(2));
    }

    @Override
    public Map<String, Double> measure(String part, Duration window) {
        exchange.restartOrder();
        Latencies latencies = exchange.restartLatencies();
        long before = exchange.deliveries();
        Map<String, Double> values = new LinkedHashMap<>();
        Meter meter = Meter.start(server);
        switch (part) {
            case FanOutParts.SINGLE -> oneAtATime(window);
            case FanOutParts.LOAD -> underLoad(window);
            case FanOutParts.FIXED -> atFixedRate(window);
            default -> throw new IllegalArgumentException(part);
        }
        meter.stop(exchange.deliveries() - before, Metric.DELIVERIES, values);
        put(latencies, values);
        put(exchange.verdict(), values);
        return values;
    }

    static void put(Latencies latencies, Map<String, Double> values) {
        values.put(Metric.P50.key(), latencies.micros(0.5) / MICROS_PER_MILLI);
        values.put(Metric.P99.key(), latencies.micros(0.99) / MICROS_PER_MILLI);
        values.put(Metric.P999.key(), latencies.micros(0.999) / MICROS_PER_MILLI);
    }

    static void put(Exchange.Verdict verdict, Map<String, Double> values) {
        values.put(Metric.LOST.key(), (double) verdict.lost());
        values.put(Metric.REPEATED.key(), (double) verdict.repeated());
        values.put(Metric.REORDERED.key(), (double) verdict.reordered());
        values.put(Metric.STRANGE.key(), (double) verdict.strange());
        values.put(Metric.ORDERS.key(), (double) verdict.orders());
    }

    private void oneAtATime(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
            exchange.publish(turn++ % exchange.senders(), now);
            settle();
        }
    }

    private void underLoad(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (int i = 0; i < OUTSTANDING * exchange.senders(); i++) {
            exchange.publish(i % exchange.senders(), System.nanoTime());
        }
        keepGoing(end, end + STALL_NANOS);
        settle();
    }

    /** Says the next thing for each that has reached everybody, until the end. */
    private void keepGoing(long end, long limit) {
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
            long seen = exchange.deliveries();
            fleet.poll(POLL_NANOS);
            for (int sender = exchange.nextCompleted(); sender >= 0; sender = exchange.nextCompleted()) {
                exchange.publish(sender, System.nanoTime());
            }
            if (exchange.deliveries() == seen && now > limit) {
                throw stalled();
            }
        }
    }

    private void atFixedRate(Duration time) {
        long interval = (long) (NANOS_PER_SECOND / scale.publishesPerSecond());
        long now = System.nanoTime();
        long end = now + time.toNanos();
        for (long due = now + interval; due < end; now = System.nanoTime()) {
            if (now >= due) {
                exchange.publish(turn++ % exchange.senders(), due);
                due += interval;
            }
            fleet.poll(Math.max(0, due - now));
        }
        settle();
    }

    /** Waits until everybody has everything. */
    private void settle() {
        long seen = exchange.deliveries();
        long since = System.nanoTime();
        while (exchange.underWay() > 0) {
            fleet.poll(POLL_NANOS);
            if (exchange.deliveries() != seen) {
                seen = exchange.deliveries();
                since = System.nanoTime();
            } else if (System.nanoTime() - since > STALL_NANOS) {
                throw stalled();
            }
        }
        exchange.restartCompletions();
    }

    private LoadException stalled() {
        Exchange.Verdict verdict = exchange.verdict();
        return new LoadException("nothing arrived for 20 s, " + verdict.lost() + " deliveries were missing, "
                + verdict.strange() + " were strange");
    }

    @Override
    public void close() {
        server.close();
        fleet.close();
    }
}
