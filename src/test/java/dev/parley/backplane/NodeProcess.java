package dev.parley.backplane;

import dev.parley.Programs;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.backplane.postgres.PostgresEngine;
import dev.parley.backplane.redis.RedisEngine;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.io.IOException;
import java.time.Duration;

/** A node in a process of its own, which can be killed and frozen. It has one member in one room. */
final class NodeProcess implements AutoCloseable {
    private final Process process;

    private NodeProcess(Process process) {
        this.process = process;
    }

    static NodeProcess start(String address, RoomId room, String user, Duration lease) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Programs.java(), "-Xmx64m", NodeProcess.class.getName(), address, room.name(), user, lease.toString());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return new NodeProcess(builder.inheritIO().start());
    }

    /** The process itself: ends when its standard input does. */
    public static void main(String... arguments) throws Exception {
        EngineBackplane.Timing timing = new EngineBackplane.Timing(Duration.ofSeconds(1), Duration.parse(arguments[3]));
        Backplane node = arguments[0].startsWith("redis")
                ? EngineBackplane.start(
                        new RedisEngine(arguments[0], 1_000), timing, "", new Budget(Long.MAX_VALUE), new Threads())
                : EngineBackplane.start(
                        new PostgresEngine(arguments[0], 1_000), timing, "", new Budget(Long.MAX_VALUE), new Threads());
        node.witnessedBy(new ClusterContract.Witnessed());
        Draft.Author member = new Draft.Author(arguments[2], "connection-of-" + arguments[2]);
        node.presence().enter(new RoomId(arguments[1]), new Draft("left-" + arguments[2], member, Draft.Kind.LEFT, ""));
        Thread.currentThread().join();
    }

    void signal(String name) throws InterruptedException {
        Programs.signal(process.pid(), name);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
