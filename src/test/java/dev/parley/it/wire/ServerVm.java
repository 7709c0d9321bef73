package dev.parley.it.wire;

import dev.parley.Programs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Java virtual machine of a server, asked from outside with {@code jcmd}. */
public record ServerVm(long pid) {
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    /** Bytes of all live objects, after a full collection. */
    public long liveHeapBytes() {
        Matcher total = TOTAL.matcher(jcmd("GC.class_histogram"));
        if (!total.find()) {
            throw new AssertionError("jcmd gave no histogram");
        }
        return Long.parseLong(total.group(1));
    }

    /** Live objects of exactly that class, of whichever class loader, after a full collection. */
    public long liveInstances(String className) {
        Matcher line = Pattern.compile("(?m)^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(className) + "( |$)")
                .matcher(jcmd("GC.class_histogram"));
        long count = 0;
        while (line.find()) {
            count += Long.parseLong(line.group(1));
        }
        return count;
    }

    /** The names of all threads. */
    public List<String> threads() {
        return jcmd("Thread.print")
                .lines()
                .filter(line -> line.startsWith("\""))
                .map(line -> line.substring(1, line.indexOf('"', 1)))
                .toList();
    }

    /** The options that it was started with. */
    public String options() {
        return jcmd("VM.command_line");
    }

    private String jcmd(String command) {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            return Programs.run(
                    Duration.ofMinutes(1), new ProcessBuilder(tool.toString(), Long.toString(pid), command));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while jcmd ran", e);
        }
    }
}
