package dev.parley.backplane;

import dev.parley.Programs;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.backplane.postgres.PostgresEngine;
import dev.parley.backplane.redis.RedisEngine;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Two nodes in a process of its own, whose clock can be set: Debian's {@code faketime} stands between it and the system. They keep
 * an account of messages, and one has a member in a room. Elsewhere, and in the engine, the clock goes on as it was.
 */
final class ClockedNodes implements AutoCloseable {
    private final Process process;
    private final Path offset;
    private final BufferedReader answers;
    private final PrintStream questions;

    private ClockedNodes(Process process, Path offset) {
        this.process = process;
        this.offset = offset;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    static ClockedNodes start(String address, RoomId room, String user, Duration lease) throws IOException {
        Path offset = Files.writeString(Files.createTempFile("parley-clock", ""), "+0");
        ProcessBuilder builder = new ProcessBuilder(
                Programs.java(),
                "-Xmx128m",
                ClockedNodes.class.getName(),
                address,
                room.name(),
                user,
                lease.toString());
        builder.environment()
                .putAll(Map.of(
                        "CLASSPATH",
                        System.getProperty("java.class.path"),
                        "LD_PRELOAD",
                        library().toString(),
                        "FAKETIME_TIMESTAMP_FILE",
                        offset.toString(),
                        "FAKETIME_NO_CACHE",
                        "1",
                        // what counts since the start goes on, as on a machine whose clock is set
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1",
                        "FAKETIME_FORCE_MONOTONIC_FIX",
                        "0"));
        return new ClockedNodes(
                builder.redirectError(ProcessBuilder.Redirect.INHERIT).start(), offset);
    }

    private static Path library() throws IOException {
        try (Stream<Path> architectures = Files.list(Path.of("/usr/lib"))) {
            return architectures
                    .map(each -> each.resolve("faketime/libfaketime.so.1"))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new IOException("Debian's package faketime is missing"));
        }
    }

    /** The process itself: answers each line of its standard input with one. */
    public static void main(String... arguments) throws Exception {
        PrintStream out = System.out;
        EngineBackplane.Timing timing = new EngineBackplane.Timing(Duration.ofSeconds(1), Duration.parse(arguments[3]));
        Draft.Author member = new Draft.Author(arguments[2], "connection-of-" + arguments[2]);
        try (Backplane one = node(arguments[0], timing);
                Backplane other = node(arguments[0], timing);
                Account account = FaultyNodes.account(one, other);
                BufferedReader questions =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            one.presence()
                    .enter(new RoomId(arguments[1]), new Draft("left-" + arguments[2], member, Draft.Kind.LEFT, ""));
            for (String question = questions.readLine(); question != null; question = questions.readLine()) {
                switch (question) {
                    case "now" -> out.println(Instant.now());
                    case "more" -> {
                        account.awaitMore(200);
                        out.println(account.count());
                    }
                    default -> out.println(account.settle());
                }
            }
        }
    }

    private static Backplane node(String address, EngineBackplane.Timing timing) {
        return address.startsWith("redis")
                ? EngineBackplane.start(
                        new RedisEngine(address, 100_000), timing, "", new Budget(Long.MAX_VALUE), new Threads())
                : EngineBackplane.start(
                        new PostgresEngine(address, 100_000), timing, "", new Budget(Long.MAX_VALUE), new Threads());
    }

    private String ask(String question) throws IOException {
        questions.println(question);
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the nodes are gone");
        }
        return answer;
    }

    /** Sets its clock, against that of the system, in seconds. */
    void set(long seconds) throws IOException {
        Files.writeString(offset, String.format("%+d", seconds));
    }

    Instant now() throws IOException {
        return Instant.parse(ask("now"));
    }

    /** Waits until more messages have been acknowledged. */
    void awaitMore() throws IOException {
        String unused = ask("more");
    }

    /** What became of the messages, in the words of {@link Account.Verdict}. */
    String settle() throws IOException {
        return ask("settle");
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(offset);
    }
}
