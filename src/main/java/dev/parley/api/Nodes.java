package dev.parley.api;

import dev.parley.protocol.JsonText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The nodes that have been heard of lately, and what each last said of itself. Thread-safe. */
final class Nodes {
    private static final Duration FORGOTTEN = Duration.ofSeconds(20);

    private final Map<String, Heard> nodes = new ConcurrentHashMap<>();

    /** What a node has said of itself, as JSON, and when that was heard. */
    private record Heard(String status, Instant at) {}

    /** Whether that node had not been heard of. */
    boolean heard(String name, String status) {
        return nodes.put(name, new Heard(status, Instant.now())) == null;
    }

    /** Lets go of those that have said nothing for long. */
    void forget() {
        Instant now = Instant.now();
        nodes.values().removeIf(heard -> heard.at().plus(FORGOTTEN).isBefore(now));
    }

    /** By name. */
    List<JsonText.Verbatim> statuses() {
        List<JsonText.Verbatim> all = new ArrayList<>();
        nodes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> all.add(new JsonText.Verbatim(entry.getValue().status())));
        return all;
    }

    Set<String> names() {
        return new TreeSet<>(nodes.keySet());
    }
}
