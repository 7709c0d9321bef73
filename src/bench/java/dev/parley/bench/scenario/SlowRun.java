package dev.parley.bench.scenario;

import dev.parley.bench.load.Fleet;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.server.Server;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Some members stop reading under load: what becomes of the others' rate, and of the ones that are slow.
 *
 * <p>The messages are long, so that what the kernel takes for a member that does not read is soon full.
 */
final class SlowRun implements Run {
    private static final int MEMBERS = 50;
    private static final int SLOW = 5;
    private static final int OUTSTANDING = 4;
    private static final int TEXT_BYTES = 4_000;
    private static final Duration CONTROL = Duration.ofSeconds(4);
    private static final long SECOND = 1_000_000_000;
    private static final long PARTING_NANOS = 3 * SECOND;
    private static final long STALL_NANOS = 20 * SECOND;
    private static final long POLL_NANOS = 20_000_000;

    private final Server server;
    private final Scale scale;
    private final Fleet fleet;
    private final Exchange exchange;

    SlowRun(Server server, Scale scale) {
        this.server = server;
        this.scale = scale;
        this.fleet = FanOutRun.connected(server, MEMBERS);
        this.exchange = new Exchange(fleet, MEMBERS, TEXT_BYTES);
    }

    @Override
    public void warmUp(Duration time) {
        begin();
        talk(time.multipliedBy(2)); // a control that is not quite warm yet would flatter what comes after it
        settle();
    }

    @Override
    public Map<String, Double> measure(String part, Duration window) {
        Map<String, Double> values = new LinkedHashMap<>();
        begin();
        double control = talk(CONTROL)[0];
        settle();
        for (int member = MEMBERS - SLOW; member < MEMBERS; member++) {
            exchange.exclude(member);
            fleet.peer(member).stopReading();
        }
        exchange.restartOrder();
        Meter meter = Meter.start(server);
        long before = exchange.deliveries();
        begin();
        double[] others = talk(scale.slowWindow());
        meter.stop(exchange.deliveries() - before, Metric.DELIVERIES, values);
        values.put(Metric.KEPT.key(), others[0] / control);
        values.put(Metric.WORST.key(), others[1] / control);
        values.put(Metric.CLOSED.key(), (double) partFromTheSlow());
        Exchange.Verdict verdict = exchange.verdict();
        values.put(Metric.REPEATED.key(), (double) verdict.repeated());
        values.put(Metric.REORDERED.key(), (double) verdict.reordered());
        values.put(Metric.STRANGE.key(), (double) verdict.strange());
        return values;
    }

    private void begin() {
        for (int i = 0; i < OUTSTANDING * exchange.senders(); i++) {
            exchange.publish(i % exchange.senders(), System.nanoTime());
        }
    }

    /** Publications completed a second, over all and in the worst second. */
    private double[] talk(Duration time) {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        long second = start + SECOND;
        long done = 0;
        long doneInSecond = 0;
        long worst = Long.MAX_VALUE;
        for (long now = start; now < end; now = System.nanoTime()) {
            fleet.poll(POLL_NANOS);
            for (int sender = exchange.nextCompleted(); sender >= 0; sender = exchange.nextCompleted()) {
                exchange.publish(sender, System.nanoTime());
                done++;
                doneInSecond++;
            }
            if (now >= second) {
                worst = Math.min(worst, doneInSecond);
                doneInSecond = 0;
                second += SECOND;
            }
        }
        return new double[] {(double) done * SECOND / (end - start), worst};
    }

    private void settle() {
        long limit = System.nanoTime() + STALL_NANOS;
        while (exchange.underWay() > 0) {
            fleet.poll(POLL_NANOS);
            if (System.nanoTime() > limit) {
                throw new LoadException("it did not come to rest before anybody stopped reading");
            }
        }
        exchange.restartCompletions();
    }

    /** Reads again what the slow ones have not, to find out which of them the server has closed. */
    private int partFromTheSlow() {
        for (int member = MEMBERS - SLOW; member < MEMBERS; member++) {
            fleet.peer(member).resumeReading();
        }
        long end = System.nanoTime() + PARTING_NANOS;
        while (System.nanoTime() < end && exchange.closedWhileExcluded() < SLOW) {
            fleet.poll(POLL_NANOS);
        }
        return exchange.closedWhileExcluded();
    }

    @Override
    public void close() {
        server.close();
        fleet.close();
    }
}
