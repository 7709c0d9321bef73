package dev.parley.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Where things are, and how tools are run.
 *
 * @param project the project's directory
 * @param output where everything that the benchmark makes goes
 */
public record Workshop(Path project, Path output) {
    private static final String TEMPORARY = "tmp";
    private static final long TOOL_SECONDS = 180;

    /** Options for every JVM that is measured; the same for all, so that memory can be compared. */
    private static final String JVM_OPTIONS = "-Xmx512m -XX:+ExitOnOutOfMemoryError";

    /** Removes what servers that were ended at once have left behind. To be called before any is started. */
    public void sweep() throws IOException {
        Path leftovers = output.resolve(TEMPORARY);
        if (Files.isDirectory(leftovers)) {
            List<Path> paths;
            try (Stream<Path> walk = Files.walk(leftovers)) {
                paths = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path path : paths) {
                Files.delete(path);
            }
        }
    }

    Path war() {
        return project.resolve("target/parley.war");
    }

    Path sources() {
        return project.resolve("src/bench");
    }

    Path logs() {
        return made(output.resolve("logs"));
    }

    Path tool(String name) {
        return made(output.resolve("tools").resolve(name));
    }

    /** {@code java}, with the options for this target and with a directory of its own for temporary files. */
    List<String> java(String target) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(options("bench.jvm", JVM_OPTIONS));
        words.addAll(options("bench.jvm." + target, ""));
        words.add("-Djava.io.tmpdir=" + made(output.resolve(TEMPORARY)));
        return words;
    }

    /**
     * Runs a tool to its end.
     *
     * @throws Unavailable if it fails or takes too long
     */
    void run(String what, Path directory, String... command) throws Unavailable {
        Path log = logs().resolve(what.replace(' ', '-') + ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(TOOL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new Unavailable(what + " took too long");
            }
            if (process.exitValue() != 0) {
                throw new Unavailable(what + " failed, see " + log.getFileName());
            }
        } catch (IOException e) {
            throw new Unavailable(command[0] + " is not there");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(what + " was interrupted");
        }
    }

    private static List<String> options(String property, String otherwise) {
        String given = System.getProperty(property, "").strip();
        String text = given.isEmpty() ? otherwise : given;
        return text.isEmpty() ? List.of() : Arrays.asList(text.split("\\s+"));
    }

    private static Path made(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
