package dev.parley.api;

import dev.parley.handshake.Network;
import dev.parley.node.Budget;
import dev.parley.protocol.Printable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Who has done what, or has tried: every write by an operator, the refused ones too. The last ones are kept for the console, all
 * of them go to the log. What was refused is kept apart from what was done, and of each asker a few only: nobody can push out what
 * others did. What is kept counts against the node's memory, and where that is short, what was refused is forgotten. Thread-safe.
 */
public final class Audit implements Budget.Holder {
    private static final Logger LOG = System.getLogger("dev.parley.audit");
    private static final String REFUSED = "refused: ";
    private static final int KEPT = 500; // of what was done, and of what was refused
    private static final int KEPT_OF_ONE = 20; // refusals of one asker
    private static final int OBJECTS = 200; // bytes around the texts of one

    private final ArrayDeque<Noted> done = new ArrayDeque<>(); // guarded by this, as all below
    private final ArrayDeque<Noted> refused = new ArrayDeque<>();
    private long refusedBytes;
    private long number;
    private final String node;
    private final Budget budget;

    public Audit(String node, Budget budget) {
        this.node = node;
        this.budget = budget;
        budget.join(this);
    }

    /**
     * One attempt.
     *
     * @param who the operator; empty if nobody has said who they are
     * @param what the operation and what it was aimed at
     * @param result what became of it, in a word or two
     */
    public record Entry(Instant at, String who, String what, String node, String result) {
        boolean isRefused() {
            return result.startsWith(REFUSED);
        }
    }

    private record Noted(long number, String asker, Entry entry) {
        long bytes() {
            int characters = asker.length()
                    + entry.who().length()
                    + entry.what().length()
                    + entry.result().length();
            return Budget.costOf(OBJECTS + 2L * characters);
        }
    }

    /** Somebody has done something. */
    public void note(String who, String what, String result) {
        Entry entry = entry(who, what, result);
        synchronized (this) {
            if (done.size() == KEPT) {
                budget.release(Budget.Use.KEPT, done.remove().bytes());
            }
            Noted noted = new Noted(number++, "", entry);
            done.add(noted);
            budget.hold(Budget.Use.KEPT, noted.bytes());
        }
        log(entry);
    }

    /**
     * Somebody has tried something and was refused.
     *
     * @param address where it came from; of those who have not said who they are, it tells one from another
     * @param why in a word or two
     */
    void refuse(String who, String address, String what, String why) {
        Entry entry = entry(who, what, REFUSED + why);
        String asker = who.isEmpty()
                ? "from "
                        + Network.parse(address)
                                .map(from -> from.household().toString())
                                .orElse("")
                : "by " + who;
        synchronized (this) {
            if (refusalsOf(asker) >= KEPT_OF_ONE) {
                forgetOneOf(asker);
            } else if (refused.size() == KEPT) {
                forgetOneOf(mostRefused());
            }
            Noted noted = new Noted(number++, asker, entry);
            refused.add(noted);
            refusedBytes += noted.bytes();
            budget.hold(Budget.Use.KEPT, noted.bytes());
        }
        log(entry);
    }

    private long refusalsOf(String asker) {
        return refused.stream().filter(one -> one.asker().equals(asker)).count();
    }

    /** Whoever has the most gives way; of those who have as many, the one that has been there longest. */
    private String mostRefused() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        refused.forEach(one -> counts.merge(one.asker(), 1, Integer::sum));
        return counts.entrySet().stream()
                .reduce((most, other) -> other.getValue() > most.getValue() ? other : most)
                .orElseThrow()
                .getKey();
    }

    private void forgetOneOf(String asker) {
        Iterator<Noted> oldest = refused.iterator();
        while (oldest.hasNext()) {
            Noted one = oldest.next();
            if (one.asker().equals(asker)) {
                oldest.remove();
                refusedBytes -= one.bytes();
                budget.release(Budget.Use.KEPT, one.bytes());
                return;
            }
        }
    }

    /** What was done stays: nobody can make others forget it. */
    @Override
    public synchronized long held() {
        return refusedBytes;
    }

    @Override
    public synchronized void giveWay() {
        budget.release(Budget.Use.KEPT, refusedBytes);
        refusedBytes = 0;
        refused.clear();
    }

    private Entry entry(String who, String what, String result) {
        return new Entry(Instant.now(), Printable.of(who), Printable.of(what), node, Printable.of(result));
    }

    private void log(Entry entry) {
        LOG.log(
                Level.INFO,
                "audit: user={0} did={1} node={2} result={3}",
                quoted(entry.who()),
                quoted(entry.what()),
                node,
                quoted(entry.result()));
    }

    /** The last ones, newest first. */
    public synchronized List<Entry> newestFirst() {
        return Stream.concat(done.stream(), refused.stream())
                .sorted(Comparator.comparingLong(Noted::number).reversed())
                .map(Noted::entry)
                .toList();
    }

    /**
     * The last ones, newest first: so many at most, and of what was refused no more than a third of them, unless there is room
     * for more.
     */
    List<Entry> newestFirst(int limit) {
        List<Entry> all = newestFirst();
        long actions = all.stream().filter(entry -> !entry.isRefused()).count();
        long refusals = Math.max(limit / 3, limit - actions);
        List<Entry> newest = new ArrayList<>();
        for (Entry entry : all) {
            if (newest.size() < limit && (!entry.isRefused() || refusals-- > 0)) {
                newest.add(entry);
            }
        }
        return newest;
    }

    int count() {
        return newestFirst().size();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
