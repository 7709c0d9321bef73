package dev.parley.bench;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The benchmark's command. Ends with 0, or with 1 if the guard found Parley too slow or nothing could be measured. */
public final class Bench {
    private static final int OVERDUE = 2;

    private Bench() {}

    /** Takes its options from system properties, see {@link Options}. */
    public static void main(String[] args) throws Exception {
        Options options = Options.ofSystemProperties();
        endAfter(Duration.ofMinutes(options.minutes()));
        options.workshop().sweep();
        boolean good = switch (options.mode()) {
            case QUICK, FULL -> new Tournament(options).run();
            case GUARD -> new Guard(options).run();
            case MICRO -> Micro.run(options);
            case OUTBOX -> Outbox.run(options);
        };
        System.exit(good ? 0 : 1);
    }

    /** Ends this process, and with it every server, when the time is over. */
    private static void endAfter(Duration limit) {
        Thread watchdog = new Thread(
                () -> {
                    try {
                        TimeUnit.MILLISECONDS.sleep(limit.toMillis());
                    } catch (InterruptedException e) {
                        return;
                    }
                    System.err.println("the benchmark is ended after " + limit);
                    System.exit(OVERDUE);
                },
                "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
