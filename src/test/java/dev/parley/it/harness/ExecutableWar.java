package dev.parley.it.harness;

import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code java -jar parley.war}, started with any options. For tests that Arquillian's one deployment cannot serve. */
public final class ExecutableWar implements AutoCloseable {
    /** The line that says it is up. */
    static final Pattern LISTENING = Pattern.compile("Parley (\\S+) is listening on (http://\\S+:[0-9]+/\\S*)");

    private static final Duration START = Duration.ofMinutes(1);

    private final ServerProcess process;

    private ExecutableWar(ServerProcess process) {
        this.process = process;
    }

    /** Starts the archive of the build with these arguments. */
    public static ExecutableWar start(String... arguments) {
        return start(ParleyWar.file(), List.of("-Xmx256m"), Map.of(), arguments);
    }

    /** Starts the archive of the build for this host alone, with options for the virtual machine. */
    public static ExecutableWar startOnAnyPort(List<String> javaOptions, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--host", "127.0.0.1", "--port", "0"));
        all.addAll(List.of(arguments));
        return start(ParleyWar.file(), javaOptions, Map.of(), all.toArray(String[]::new));
    }

    /** Starts an archive with options for the virtual machine and additions to the environment. */
    public static ExecutableWar start(
            Path war, List<String> javaOptions, Map<String, String> environment, String... arguments) {
        return new ExecutableWar(ServerProcess.start("standalone", environment, command(war, javaOptions, arguments)));
    }

    /** Starts the archive of the build with no more of something than {@code ulimit} says, such as {@code -n 1024}. */
    public static ExecutableWar startWithin(String ulimit, List<String> javaOptions, String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit " + ulimit + " && exec \"$@\"", "parley"));
        command.addAll(command(ParleyWar.file(), javaOptions, arguments));
        return new ExecutableWar(ServerProcess.start("standalone", Map.of(), command));
    }

    private static List<String> command(Path war, List<String> javaOptions, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Jdk.ofTests().java()));
        Stream.of(System.getProperty("it.java", "").split(" "))
                .filter(option -> !option.isEmpty())
                .forEach(command::add);
        command.addAll(javaOptions);
        command.addAll(List.of("-jar", war.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Where it listens, as it prints it; waits until it does. */
    public URL url() {
        try {
            MatchResult line = process.out()
                    .await(LISTENING, START)
                    .orElseThrow(() -> new AssertionError("it did not say where it listens; " + process));
            return new URL(line.group(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the start", e);
        } catch (MalformedURLException e) {
            throw new AssertionError("it printed what is no URL", e);
        }
    }

    ServerProcess process() {
        return process;
    }

    /** The process id, for {@code jcmd} and the like. */
    public long pid() {
        return process.pid();
    }

    /** The lines on standard output up to now. */
    public List<String> out() {
        return process.out().lines();
    }

    /** The lines on standard error up to now. */
    public List<String> err() {
        return process.err().lines();
    }

    /** Sends SIGTERM and returns at once. */
    public void terminate() {
        process.terminate();
    }

    /** Waits for the end of the process; fails if it does not come in time. The output is complete then. */
    public int exitStatus(Duration timeout) {
        return process.exitStatus(timeout);
    }

    /** Stops it in good order; fails if it has to be killed. */
    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return process.toString();
    }
}
