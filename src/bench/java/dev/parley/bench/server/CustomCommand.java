package dev.parley.bench.server;

import dev.parley.bench.load.Dialect;
import java.util.Arrays;
import java.util.Optional;

/**
 * A server that only whoever runs the benchmark knows how to start, such as another one with Parley's WAR in it: the system
 * property {@code bench.command.NAME} is its command, with {@code {port}} where the port belongs, and
 * {@code bench.context.NAME} its context path. The command must become the server itself; a script that starts another process
 * would be measured in its place.
 *
 * @param command the words, separated by spaces
 * @param contextPath empty for the root
 */
record CustomCommand(String command, String contextPath) implements Target.Recipe {
    static Optional<Target> named(String name) {
        String command = System.getProperty("bench.command." + name, "");
        String context = System.getProperty("bench.context." + name, "");
        boolean isJvm = command.contains("java");
        return command.isEmpty()
                ? Optional.empty()
                : Optional.of(new Target(name, name, Dialect.GUIDE, isJvm, new CustomCommand(command, context)));
    }

    @Override
    public Launch prepare(Workshop workshop) {
        return new Launch(Arrays.asList(command.strip().split("\\s+")), contextPath);
    }
}
