package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Other programs that tests run to their end, and signals for processes. Any thread. */
public final class Programs {
    private static final Duration SIGNALLED = Duration.ofSeconds(20);

    private Programs() {}

    /** The {@code java} of this virtual machine. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * Runs a program to its end and returns what it said on both outputs. Its input is empty.
     *
     * @throws AssertionError with what it said if its status is not 0, or if it has not ended by then, and is ended for it
     */
    public static String run(Duration atMost, ProcessBuilder program) throws InterruptedException {
        Process process;
        try {
            process = program.redirectErrorStream(true).start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
        try {
            boolean ended = process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(ended)
                    .as("%s ended within %s", program.command(), atMost)
                    .isTrue();
            assertThat(process.exitValue())
                    .as(() -> program.command() + ": " + said.join())
                    .isZero();
            return said.join();
        } finally {
            process.destroyForcibly();
        }
    }

    /** By the shell, which has {@code kill} where there is no program of that name. */
    public static void signal(long pid, String name) throws InterruptedException {
        run(SIGNALLED, new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid));
    }

    private static String read(InputStream in) {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
