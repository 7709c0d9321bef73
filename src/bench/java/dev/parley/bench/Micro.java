package dev.parley.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.Main;

/** The micro-benchmarks, with JMH. They stand beside this in the packages of what they measure. */
final class Micro {
    /** Allocation is measured, too: on a machine with neighbours it is the steadier number. */
    private static final List<String> DEFAULTS =
            List.of("-f", "2", "-wi", "4", "-w", "1s", "-i", "5", "-r", "1s", "-prof", "gc", "-rf", "json", "-rff");

    private Micro() {}

    /** Runs those whose names match {@code bench.micro}; all if that is absent. */
    static boolean run(Options options) throws IOException {
        Path output = Files.createDirectories(options.workshop().output());
        List<String> arguments = new ArrayList<>();
        arguments.add(Options.property("bench.micro", "dev.parley"));
        arguments.addAll(DEFAULTS);
        arguments.add(output.resolve("micro.json").toString());
        Main.main(arguments.toArray(String[]::new));
        return true;
    }
}
