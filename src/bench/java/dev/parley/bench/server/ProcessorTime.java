package dev.parley.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a process has used of the processor up to a moment, over all its threads, in nanoseconds.
 *
 * <p>Two sources, because each has a gap. {@code schedstat} is exact but knows no thread that has ended; {@code stat} knows them
 * all but counts in hundredths of a second.
 *
 * @param byThread from {@code /proc/PID/task/TID/schedstat}; empty where the kernel does not keep it
 * @param whole from {@code /proc/PID/stat}
 */
public record ProcessorTime(Map<String, Long> byThread, long whole) {
    private static final long NANOS_PER_TICK = 10_000_000; // USER_HZ is 100 on every Linux that runs Java
    private static final int USER_TICKS = 11; // the fields of proc(5) from the third on
    private static final int SYSTEM_TICKS = 12;

    public ProcessorTime {
        byThread = Map.copyOf(byThread);
    }

    static ProcessorTime of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            Map<String, Long> byThread = new HashMap<>();
            for (Path thread : threads(process)) {
                addThread(byThread, thread);
            }
            String stat = Files.readString(process.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
            return new ProcessorTime(byThread, ticks * NANOS_PER_TICK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> threads(Path process) throws IOException {
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            return tasks.toList();
        }
    }

    private static void addThread(Map<String, Long> byThread, Path thread) {
        try {
            String schedstat = Files.readString(thread.resolve("schedstat"));
            byThread.put(
                    thread.getFileName().toString(), Long.parseLong(schedstat.substring(0, schedstat.indexOf(' '))));
        } catch (IOException ended) {
            byThread.remove(thread.getFileName().toString());
        }
    }

    /** What was used since then, in nanoseconds. */
    public long since(ProcessorTime before) {
        if (before.byThread.isEmpty() || !byThread.keySet().containsAll(before.byThread.keySet())) {
            return whole - before.whole;
        }
        return sum() - before.sum();
    }

    private long sum() {
        return byThread.values().stream().mapToLong(Long::longValue).sum();
    }
}
