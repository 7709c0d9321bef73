package dev.parley.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often each of a few things has happened. Thread-safe. */
final class Tally {
    private final Map<String, LongAdder> counts = new LinkedHashMap<>();

    Tally(String... outcomes) {
        for (String outcome : outcomes) {
            counts.put(outcome, new LongAdder());
        }
    }

    void count(String outcome) {
        LongAdder count = counts.get(outcome);
        if (count != null) {
            count.increment();
        }
    }

    Map<String, Long> sums() {
        Map<String, Long> sums = new LinkedHashMap<>();
        counts.forEach((outcome, count) -> sums.put(outcome, count.sum()));
        return sums;
    }
}
