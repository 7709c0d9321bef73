package dev.parley.bench.scenario;

import dev.parley.bench.load.Dialect;
import dev.parley.bench.load.Fleet;
import dev.parley.bench.load.Latencies;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Peer;
import dev.parley.bench.server.Server;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Clients of the echo, each with one message on the way. */
final class EchoRun implements Run, Fleet.Listener {
    private static final int CLIENTS = 64;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
    private static final long STALL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long POLL_NANOS = 50_000_000;

    private final Server server;
    private final Fleet fleet;
    private final Said said;
    private final long[] sent = new long[CLIENTS];
    private final long[] sentAt = new long[CLIENTS];
    private final byte[][] expected = new byte[CLIENTS][];
    private Latencies latencies = new Latencies();
    private boolean goOn;
    private int underWay;
    private long echoes;
    private long strange;

    EchoRun(Server server, Scale scale) {
        this.server = server;
        this.said = new Said(scale.textBytes());
        this.fleet = server.fleet();
        fleet.listen(this);
        try {
            fleet.connect(CLIENTS, index -> fleet.dialect().echoPath(), CONNECT_LIMIT);
        } catch (LoadException e) {
            close();
            throw e;
        }
    }

    @Override
    public void warmUp(Duration time) {
        echo(time);
    }

    @Override
    public Map<String, Double> measure(String part, Duration window) {
        latencies = new Latencies();
        echoes = 0;
        Map<String, Double> values = new LinkedHashMap<>();
        Meter meter = Meter.start(server);
        echo(window);
        meter.stop(echoes, Metric.RATE, values);
        FanOutRun.put(latencies, values);
        values.put(Metric.STRANGE.key(), (double) strange);
        return values;
    }

    private void echo(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        goOn = true;
        for (int client = 0; client < CLIENTS; client++) {
            ask(client);
        }
        while (underWay > 0) {
            fleet.poll(POLL_NANOS);
            long now = System.nanoTime();
            goOn = now < end;
            if (now > end + STALL_NANOS) {
                throw new LoadException(underWay + " echoes did not come");
            }
        }
    }

    private void ask(int client) {
        String text = said.text(client, sent[client]++);
        expected[client] = fleet.dialect().echoed(text);
        sentAt[client] = System.nanoTime();
        underWay++;
        fleet.send(client, fleet.echoFrame(text));
    }

    @Override
    public void text(Peer peer, byte[] bytes, int from, int to) {
        int client = peer.index();
        if (!Dialect.same(expected[client], bytes, from, to)) {
            strange++;
            return;
        }
        latencies.record(System.nanoTime() - sentAt[client]);
        echoes++;
        underWay--;
        if (goOn) {
            ask(client);
        }
    }

    @Override
    public void over(Peer peer, int code) {
        throw new LoadException("the server closed a client with " + code + " " + fleet.complaint());
    }

    @Override
    public void close() {
        server.close();
        fleet.close();
    }
}
