package dev.parley.it.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process whose output is kept, in memory and in a file under {@code target/servers}. It never outlives the virtual
 * machine of the tests.
 */
final class ServerProcess implements AutoCloseable {
    /** Beyond this a server has not stopped in good order. Parley's own drain takes at most 5 s. */
    private static final Duration STOP = Duration.ofSeconds(20);

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final Process process;
    private final Thread guard;
    private final Path log;
    private final ProcessOutput out = new ProcessOutput();
    private final ProcessOutput err = new ProcessOutput();

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        guard = new Thread(process::destroyForcibly);
    }

    static ServerProcess start(String name, Map<String, String> environment, List<String> command) {
        try {
            Path directory = Files.createDirectories(directory().resolve("log"));
            Path log = directory.resolve(
                    name + "-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet() + ".log");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            ServerProcess started = new ServerProcess(builder.start(), log);
            Runtime.getRuntime().addShutdownHook(started.guard);
            started.process.getOutputStream().close();
            Writer file = Files.newBufferedWriter(log);
            pump(started.process.inputReader(), started.out, file, name + "-out");
            pump(started.process.errorReader(), started.err, file, name + "-err");
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    /** Where servers are unpacked, run and log. */
    static Path directory() {
        return Path.of(System.getProperty("it.servers", "target/servers")).toAbsolutePath();
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static void pump(BufferedReader stream, ProcessOutput lines, Writer file, String name) {
        Thread thread = new Thread(
                () -> {
                    try (stream) {
                        for (String line = stream.readLine(); line != null; line = stream.readLine()) {
                            lines.add(line);
                            synchronized (file) {
                                file.write(line + "\n");
                                file.flush();
                            }
                        }
                    } catch (IOException e) {
                        lines.add("(reading this stream failed: " + e + ")");
                    } finally {
                        lines.end();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    ProcessOutput out() {
        return out;
    }

    ProcessOutput err() {
        return err;
    }

    /** Sends SIGTERM, as an operator or a service manager does. */
    void terminate() {
        process.destroy();
    }

    /** Waits for the process to end by itself; its output is complete then. */
    int exitStatus(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the process still runs after " + timeout + "\n" + this);
            }
            out.awaitEnd(timeout);
            err.awaitEnd(timeout);
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the process to end", e);
        }
    }

    /** Stops it in good order; fails if it has to be killed. */
    @Override
    public void close() {
        try {
            terminate();
            exitStatus(STOP);
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(guard);
        }
    }

    @Override
    public String toString() {
        return "output of process " + process.pid() + ", whole in " + log + ":\n" + out + "\n" + err;
    }
}
