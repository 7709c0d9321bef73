package dev.parley.it.harness;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A server's command-line tool, run to its end. */
final class Command {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private Command() {}

    /** Its output; fails if its exit status is not 0. */
    static List<String> run(String name, Map<String, String> environment, String... command) {
        try (ServerProcess process = ServerProcess.start(name, environment, List.of(command))) {
            int status = process.exitStatus(LONGEST);
            if (status != 0) {
                throw new AssertionError(name + " ended with " + status + "; " + process);
            }
            return process.out().lines();
        }
    }
}
