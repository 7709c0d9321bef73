package dev.parley.it.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A process whose output is kept, in memory and in a file under {@code target/servers}. It never outlives the virtual
 * machine of the tests.
 */
final class ServerProcess implements AutoCloseable {
    /** Beyond this a server has not stopped in good order. Parley's own drain takes at most 5 s. */
    private static final Duration STOP = Duration.ofSeconds(30);

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final Process process;
    private final Thread guard;
    private final Path log;
    private final ProcessOutput out = new ProcessOutput();
    private final ProcessOutput err = new ProcessOutput();
    private final ProcessOutput both = new ProcessOutput();

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        guard = new Thread(this::kill);
    }

    static ServerProcess start(String name, Map<String, String> environment, List<String> command) {
        ServerProcess started = startListening(name, environment, command);
        try {
            started.process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
        return started;
    }

    /** Starts one that listens to what it is told by {@link #say}. */
    static ServerProcess startListening(String name, Map<String, String> environment, List<String> command) {
        try {
            Path directory = Files.createDirectories(directory().resolve("log"));
            Path log = directory.resolve(
                    name + "-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet() + ".log");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            ServerProcess started = new ServerProcess(builder.start(), log);
            Runtime.getRuntime().addShutdownHook(started.guard);
            Writer file = Files.newBufferedWriter(log);
            started.pump(started.process.inputReader(), started.out, file, name + "-out");
            started.pump(started.process.errorReader(), started.err, file, name + "-err");
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    /** Where servers are unpacked, run and log; made if it is not there, as in a fresh clone. */
    static Path directory() {
        try {
            return Files.createDirectories(
                    Path.of(System.getProperty("it.servers", "target/servers")).toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pump(BufferedReader stream, ProcessOutput lines, Writer file, String name) {
        Thread thread = new Thread(
                () -> {
                    try (stream) {
                        for (String line = stream.readLine(); line != null; line = stream.readLine()) {
                            lines.add(line);
                            both.add(line);
                            synchronized (file) {
                                file.write(line + "\n");
                                file.flush();
                            }
                        }
                    } catch (IOException e) {
                        lines.add("(reading this stream failed: " + e + ")");
                    } finally {
                        lines.end();
                        if (!process.isAlive()) {
                            both.end();
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    /** The Java virtual machine; the process itself, unless that is a script that waits for one. */
    long pid() {
        return jvm().pid();
    }

    private ProcessHandle jvm() {
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .reduce((first, last) -> last)
                .orElse(process.toHandle());
    }

    /** Where the output is now, for {@link #await}. */
    int mark() {
        return both.lines().size();
    }

    /** Waits for a line on either stream that matches as a whole, behind the mark; fails if none comes in time. */
    MatchResult await(Pattern pattern, int mark, Duration timeout) {
        try {
            return both.await(pattern, mark, timeout)
                    .orElseThrow(() -> new AssertionError("no line is " + pattern + "; " + this));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + pattern, e);
        }
    }

    /** Says a line on its standard input. */
    void say(String line) {
        try {
            OutputStream in = process.getOutputStream();
            in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
        } catch (IOException e) {
            throw new AssertionError("it does not listen; " + this, e);
        }
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

    /** All that it has said so far, on both streams. */
    String whole() {
        return String.join("\n", both.lines());
    }

    /** Sends SIGTERM, as an operator or a service manager does. */
    void terminate() {
        jvm().destroy();
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
            kill();
            Runtime.getRuntime().removeShutdownHook(guard);
        }
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return "output of process " + process.pid() + ", whole in " + log + ":\n" + out + "\n" + err;
    }
}
