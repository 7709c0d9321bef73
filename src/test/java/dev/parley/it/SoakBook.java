package dev.parley.it;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** What was said, acknowledged and delivered in all rooms, and everything that was wrong with it. Thread-safe. */
final class SoakBook {
    private final Map<String, Map<Long, String>> said = new ConcurrentHashMap<>(); // by room and seq
    private final Map<String, Long> seqs = new ConcurrentHashMap<>(); // by key
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> wrongs = new ConcurrentLinkedQueue<>();

    void count(String what) {
        add(what, 1);
    }

    void add(String what, long number) {
        counts.computeIfAbsent(what, name -> new LongAdder()).add(number);
    }

    void wrong(String what) {
        wrongs.add(what);
    }

    void delivered(String room, long seq, String key) {
        count("delivered");
        check(room, seq, key);
    }

    void acknowledged(String room, long seq, String key) {
        check(room, seq, key);
    }

    /** A message has one number, and a number one message, whoever hears of it, and how. */
    private void check(String room, long seq, String key) {
        String known =
                said.computeIfAbsent(room, name -> new ConcurrentHashMap<>()).putIfAbsent(seq, key);
        if (known != null && !known.equals(key)) {
            wrong(room + " " + seq + " is " + known + " and " + key);
        }
        Long other = seqs.putIfAbsent(key, seq);
        if (other != null && other != seq) {
            wrong(key + " is at " + other + " and at " + seq);
        }
    }

    /** The last number of a room that anybody has heard of. */
    long top(String room) {
        return said.getOrDefault(room, Map.of()).size();
    }

    long messages() {
        return seqs.size();
    }

    List<String> wrongs() {
        return wrongs.stream().limit(20).toList();
    }

    @Override
    public String toString() {
        return new TreeMap<>(counts).toString();
    }
}
