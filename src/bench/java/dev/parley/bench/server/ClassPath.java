package dev.parley.bench.server;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The class path of the benchmark, from which each server gets only what is its own: two WebSocket containers on one class path
 * find each other's services.
 */
record ClassPath(List<String> entries) {
    private static final String OWN_CLASSES = "bench-classes";

    ClassPath {
        entries = List.copyOf(entries);
    }

    static ClassPath ofThisProcess() {
        return new ClassPath(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .toList());
    }

    /** Our own classes, and those jars whose path in the local repository has one of these parts. */
    String with(List<String> parts) {
        return entries.stream()
                .filter(entry -> entry.endsWith(OWN_CLASSES) || parts.stream().anyMatch(entry::contains))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
