package dev.parley.bench.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What {@code jcmd} says about another JVM's heap. */
final class HeapReading {
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final int COLLECTIONS = 2; // the second one also gets what the first one's finalizers let go of

    private HeapReading() {}

    static void collect(long pid) {
        for (int i = 0; i < COLLECTIONS; i++) {
            ask(pid, "GC.run");
        }
    }

    static double usedBytes(long pid) {
        String info = ask(pid, "GC.heap_info");
        int metaspace = info.indexOf("Metaspace");
        if (metaspace < 0) {
            return Double.NaN;
        }
        return USED.matcher(info.substring(0, metaspace))
                .results()
                .mapToLong(generation -> Long.parseLong(generation.group(1)) * 1024)
                .sum();
    }

    private static String ask(long pid, String what) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process process = new ProcessBuilder(jcmd, Long.toString(pid), what)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // a JRE without tools: the column stays empty
        }
    }
}
