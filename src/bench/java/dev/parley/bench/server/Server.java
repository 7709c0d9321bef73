package dev.parley.bench.server;

import dev.parley.bench.load.Fleet;
import dev.parley.bench.load.LoadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A target's process, from its start to its end. It ends with this object, and with this process at the latest.
 */
public final class Server implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final long STOP_SECONDS = 5;
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(2);
    private static final long RETRY_MILLIS = 50;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private final Target target;
    private final Launch launch;
    private final Process process;
    private final InetSocketAddress address;

    private Server(Target target, Launch launch, Process process, int port) {
        this.target = target;
        this.launch = launch;
        this.process = process;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Starts a server and waits until it takes a handshake.
     *
     * @param occasion what the log file is called after
     * @throws LoadException if it does not start
     */
    public static Server start(Target target, Launch launch, Workshop workshop, String occasion) {
        int port = freePort();
        Path log = workshop.logs().resolve(target.id() + "-" + occasion + ".log");
        try {
            Process process = new ProcessBuilder(launch.commandAt(port))
                    .directory(workshop.output().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            RUNNING.add(process);
            Server server = new Server(target, launch, process, port);
            try {
                server.awaitHandshake(log);
            } catch (LoadException e) {
                server.close();
                throw e;
            }
            return server;
        } catch (IOException e) {
            throw new LoadException(target + " could not be started: " + e.getMessage());
        }
    }

    /** A fleet that will connect to this server. */
    public Fleet fleet() {
        return new Fleet(address, launch.contextPath(), target.dialect());
    }

    public Target target() {
        return target;
    }

    public ProcessorTime processorTime() {
        return ProcessorTime.of(process.pid());
    }

    /** The memory that the kernel counts as resident, in bytes. */
    public long residentBytes() {
        return kilobytes("VmRSS:") * 1024;
    }

    /**
     * Has a JVM collect its garbage and give back what it does not need. Nothing happens on others.
     */
    public void collectGarbage() {
        if (target.isJvm()) {
            HeapReading.collect(process.pid());
        }
    }

    /** What is used of a JVM's heap, in bytes; NaN on others. */
    public double heapBytes() {
        return target.isJvm() ? HeapReading.usedBytes(process.pid()) : Double.NaN;
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Ends it at once. A gentle end would be spent on telling thousands of members who has left. */
    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        RUNNING.remove(process);
    }

    /** Many listen before they serve, so only a handshake that is accepted counts. */
    private void awaitHandshake(Path log) {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try (Fleet probe = fleet()) {
                probe.connect(1, index -> target.dialect().echoPath(), PROBE_LIMIT);
                return;
            } catch (LoadException notYet) {
                pause();
            }
        }
        throw new LoadException(target + " does not start, see " + log.getFileName());
    }

    private long kilobytes(String field) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
