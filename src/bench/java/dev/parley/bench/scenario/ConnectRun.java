package dev.parley.bench.scenario;

import dev.parley.bench.load.Fleet;
import dev.parley.bench.load.Latencies;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Peer;
import dev.parley.bench.server.Server;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Clients of the echo that come and go: TCP, handshake, close handshake. */
final class ConnectRun implements Run, Fleet.Listener {
    private static final int AT_ONCE = 32;
    private static final long STALL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long POLL_NANOS = 50_000_000;

    private final Server server;
    private final Map<Integer, Long> dialledAt = new HashMap<>();
    private Fleet fleet;
    private Latencies latencies = new Latencies();
    private long handshakes;

    ConnectRun(Server server) {
        this.server = server;
        this.fleet = server.fleet();
    }

    @Override
    public void warmUp(Duration time) {
        comeAndGo(time);
    }

    @Override
    public Map<String, Double> measure(String part, Duration window) {
        latencies = new Latencies();
        handshakes = 0;
        Map<String, Double> values = new LinkedHashMap<>();
        Meter meter = Meter.start(server);
        comeAndGo(window);
        meter.stop(handshakes, Metric.RATE, values);
        FanOutRun.put(latencies, values);
        return values;
    }

    private void comeAndGo(Duration time) {
        fleet.close();
        fleet = server.fleet(); // so that those who have gone are forgotten
        fleet.listen(this);
        dialledAt.clear();
        long end = System.nanoTime() + time.toNanos();
        long now = System.nanoTime();
        while (now < end || !dialledAt.isEmpty()) {
            while (now < end && dialledAt.size() < AT_ONCE) {
                dialledAt.put(fleet.dial(fleet.dialect().echoPath()).index(), System.nanoTime());
            }
            fleet.poll(POLL_NANOS);
            now = System.nanoTime();
            if (now > end + STALL_NANOS) {
                throw new LoadException(dialledAt.size() + " clients did not get away");
            }
        }
    }

    @Override
    public void opened(Peer peer) {
        latencies.record(System.nanoTime() - dialledAt.getOrDefault(peer.index(), 0L));
        handshakes++;
        peer.close();
    }

    @Override
    public void over(Peer peer, int code) {
        dialledAt.remove(peer.index());
        if (!fleet.complaint().isEmpty()) {
            throw new LoadException(fleet.complaint());
        }
    }

    @Override
    public void close() {
        server.close();
        fleet.close();
    }
}
