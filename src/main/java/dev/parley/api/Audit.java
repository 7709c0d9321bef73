package dev.parley.api;

import dev.parley.protocol.Printable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Who has done what, or has tried: every write by an operator, the refused ones too. The last ones are kept for the console, all
 * of them go to the log. Thread-safe.
 */
public final class Audit {
    private static final Logger LOG = System.getLogger("dev.parley.audit");
    private static final int KEPT = 500;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>(); // guarded by itself
    private final String node;

    public Audit(String node) {
        this.node = node;
    }

    /**
     * One attempt.
     *
     * @param who the operator; empty if nobody has said who they are
     * @param what the operation and what it was aimed at
     * @param result what became of it, in a word or two
     */
    public record Entry(Instant at, String who, String what, String node, String result) {}

    public void note(String who, String what, String result) {
        Entry entry = new Entry(Instant.now(), Printable.of(who), Printable.of(what), node, Printable.of(result));
        synchronized (entries) {
            if (entries.size() == KEPT) {
                entries.removeFirst();
            }
            entries.addLast(entry);
        }
        LOG.log(
                Level.INFO,
                "audit: user={0} did={1} node={2} result={3}",
                quoted(entry.who()),
                quoted(entry.what()),
                node,
                quoted(entry.result()));
    }

    /** The last ones, newest first. */
    public List<Entry> newestFirst() {
        synchronized (entries) {
            List<Entry> copy = new ArrayList<>(entries);
            Collections.reverse(copy);
            return copy;
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
