package dev.parley.backplane;

import dev.parley.Programs;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real engine in a process of its own, on a free port, with a directory that is deleted afterwards. */
public abstract class EngineProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    protected final Path directory;
    protected final int port;
    private Process process;

    protected EngineProcess(Path directory) throws IOException {
        this.directory = directory;
        this.port = freePort();
    }

    protected abstract List<String> command();

    /** Whether it takes connections. */
    protected abstract boolean answers();

    /** Where nodes find it. */
    public final String address() {
        return address(port);
    }

    /** Where nodes find it if they come through another port of this machine. */
    public abstract String address(int throughPort);

    public final int port() {
        return port;
    }

    /** Starts it and waits until it answers. What is left of a killed one may keep it from starting for a moment. */
    public void start() throws IOException, InterruptedException {
        Process started = spawn();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!answers()) {
            if (System.nanoTime() > end) {
                throw new IOException("it does not start:\n" + Files.readString(directory.resolve("engine.log")));
            }
            if (started.waitFor(50, TimeUnit.MILLISECONDS)) {
                started = spawn();
            }
        }
    }

    private Process spawn() throws IOException {
        Process started = new ProcessBuilder(command())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("engine.log").toFile()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
        process = started;
        return started;
    }

    /** kill -9. */
    public void kill() throws InterruptedException {
        signal("KILL");
        process.waitFor();
    }

    /** As an operator stops it. */
    public final void stop() throws InterruptedException {
        signal("INT");
        process.waitFor();
    }

    /** To the process itself. */
    public final void signal(String name) throws InterruptedException {
        Programs.signal(process.pid(), name);
    }

    /** Stops all of it; it answers nothing, and its connections stay. */
    public void freeze() throws InterruptedException {
        signal("STOP");
    }

    public void thaw() throws InterruptedException {
        signal("CONT");
    }

    protected final long pid() {
        return process.pid();
    }

    protected static String run(List<String> command) throws InterruptedException {
        return Programs.run(Duration.ofMinutes(2), new ProcessBuilder(command));
    }

    @Override
    public void close() throws IOException {
        if (process != null && process.isAlive()) {
            process.destroyForcibly().onExit().join();
        }
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(files::add);
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    protected static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
