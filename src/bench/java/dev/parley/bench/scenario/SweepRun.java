package dev.parley.bench.scenario;

import dev.parley.bench.load.Fleet;
import dev.parley.bench.server.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The fan-out again and again while the room grows. */
final class SweepRun implements Run {
    private static final List<Integer> SIZES = List.of(10, 100, 1_000, 10_000);
    private static final Duration ADJUSTING = Duration.ofMillis(500);

    private final Server server;
    private final Scale scale;
    private final Fleet fleet;
    private FanOutRun run;

    SweepRun(Server server, Scale scale) {
        this.server = server;
        this.scale = scale;
        this.fleet = FanOutRun.connected(server, SIZES.get(0));
        this.run = new FanOutRun(server, fleet, scale, SIZES.get(0));
    }

    static List<String> parts() {
        return SIZES.stream()
                .flatMap(size -> Stream.of(FanOutParts.SINGLE, FanOutParts.LOAD).map(mode -> size + " " + mode))
                .toList();
    }

    @Override
    public void warmUp(Duration time) {
        run.warmUp(time);
    }

    @Override
    public Map<String, Double> measure(String part, Duration window) {
        String[] words = part.split(" ", -1);
        grow(Integer.parseInt(words[0]));
        return run.measure(words[1], window);
    }

    private void grow(int members) {
        if (members > fleet.size()) {
            FanOutRun.join(fleet, members - fleet.size());
            run = new FanOutRun(server, fleet, scale, members);
            run.warmUp(ADJUSTING);
        }
    }

    @Override
    public void close() {
        run.close();
    }
}
