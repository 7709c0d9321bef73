package dev.parley.backplane.redis;

import dev.parley.Programs;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Break;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** A node in a process with little memory, which follows a room and says what it is told, holding nothing of it. */
final class SmallNode implements AutoCloseable {
    private final Process process;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    private SmallNode(Process process) {
        this.process = process;
        Thread reader = new Thread(() -> {
            try (BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                output.lines().forEach(lines::add);
            } catch (IOException over) {
                // then there is no more
            }
        });
        reader.setDaemon(true);
        reader.start();
    }

    static SmallNode start(String address, RoomId room, String heap) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(Programs.java(), "-Xmx" + heap, SmallNode.class.getName(), address, room.name());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return new SmallNode(
                builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** The process itself: a line for each entry, each break, and each change of what health says. */
    public static void main(String... arguments) throws Exception {
        EngineBackplane.Timing timing = new EngineBackplane.Timing(Duration.ofSeconds(1), Duration.ofSeconds(5));
        Backplane node = EngineBackplane.start(
                new RedisEngine(arguments[0], 10_000), timing, "", new Budget(Budget.shareOfHeap()), new Threads());
        node.follow(new RoomId(arguments[1]), new Follower() {
                    @Override
                    public void appended(Entry entry) {
                        say("entry " + entry.position().seq() + " "
                                + entry.draft().text().length());
                    }

                    @Override
                    public void broken(Break gap) {
                        say("broken " + gap.reason());
                    }
                })
                .from()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        say("follows");
        boolean wasBehind = false;
        while (true) {
            boolean isBehind = !node.health().lag().isZero();
            if (isBehind != wasBehind) {
                say(isBehind ? "behind" : "complete");
            }
            wasBehind = isBehind;
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    void signal(String name) throws InterruptedException {
        Programs.signal(process.pid(), name);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
