package dev.parley.bench.scenario;

import dev.parley.bench.load.Dialect;
import dev.parley.bench.load.Fleet;
import dev.parley.bench.load.Latencies;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Peer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * What the members of one room say and must receive: every message whole, once, and in its sender's order, by every member.
 * Every byte that arrives is compared with what was expected.
 */
final class Exchange implements Fleet.Listener {
    /** What was wrong with the deliveries so far. */
    record Verdict(long lost, long repeated, long reordered, long strange, int orders) {}

    private static final int MAX_SENDERS = 8;
    private static final int RING = 4_096; // publications of one sender that may be under way, a power of two

    private final Fleet fleet;
    private final Dialect dialect;
    private final Said said;
    private final int members;
    private final int senders;
    private final Publication[][] ring;
    private final long[] counts; // by sender: how many
    private final long[] next; // by member and sender: the number expected
    private final long[] replied; // by sender: the number of the reply expected
    private final long[] order; // by member: a hash of what it received, in its order
    private final BitSet excluded = new BitSet();
    private final Set<String> skipped = new HashSet<>(); // deliveries that were overtaken
    private final Deque<Integer> completed = new ArrayDeque<>();

    private Latencies latencies = new Latencies();
    private int underWay;
    private int closedWhileExcluded;
    private long deliveries;
    private long repeated;
    private long reordered;
    private long strange;

    Exchange(Fleet fleet, int members, int textBytes) {
        this.fleet = fleet;
        this.dialect = fleet.dialect();
        this.said = new Said(textBytes);
        this.members = members;
        this.senders = Math.min(MAX_SENDERS, members);
        this.ring = new Publication[senders][RING];
        this.counts = new long[senders];
        this.next = new long[members * senders];
        this.replied = new long[senders];
        this.order = new long[members];
        fleet.listen(this);
    }

    int senders() {
        return senders;
    }

    /** Frames received so far: deliveries, and the replies to the senders. */
    long deliveries() {
        return deliveries;
    }

    /** Publications that not everybody has yet. */
    int underWay() {
        return underWay;
    }

    /** A sender whose publication everybody has now; each completion is told once. -1: none. */
    int nextCompleted() {
        Integer sender = completed.poll();
        return sender == null ? -1 : sender;
    }

    /** Measures from now on. */
    Latencies restartLatencies() {
        latencies = new Latencies();
        return latencies;
    }

    /** Forgets whose publications have been completed. */
    void restartCompletions() {
        completed.clear();
    }

    /** A member says the next thing; {@code at} is when it should have. */
    void publish(int sender, long at) {
        Publication publication = register(sender, at, 1);
        fleet.send(sender, fleet.chatFrame(said.text(sender, publication.seq)));
    }

    /** Expects a message without sending it. Returns what every member is to receive. */
    byte[] expect(int sender, long at) {
        return register(sender, at, 0).delivery;
    }

    private Publication register(int sender, long at, int replies) {
        long seq = counts[sender]++;
        int slot = (int) seq & RING - 1;
        Publication old = ring[sender][slot];
        if (old != null && old.awaited > 0) {
            throw new LoadException("it fell behind by " + RING + " messages");
        }
        String text = said.text(sender, seq);
        Publication publication = new Publication(
                seq,
                at,
                dialect.delivery(sender + 1, text),
                dialect.reply(text),
                members - excluded.cardinality() + replies);
        ring[sender][slot] = publication;
        underWay++;
        return publication;
    }

    /** From now on, nothing is expected of this member. To be called when nothing is under way. */
    void exclude(int member) {
        excluded.set(member);
    }

    /** How many of the excluded members the server has closed. */
    int closedWhileExcluded() {
        return closedWhileExcluded;
    }

    Verdict verdict() {
        long lost = 0;
        for (Publication[] publications : ring) {
            for (Publication publication : publications) {
                lost += publication == null ? 0 : publication.awaited;
            }
        }
        int orders = (int) java.util.stream.IntStream.range(0, members)
                .filter(member -> !excluded.get(member))
                .mapToLong(member -> order[member])
                .distinct()
                .count();
        return new Verdict(lost, repeated, reordered, strange, orders);
    }

    /** Forgets in which order members have received, so that the next part starts equal. */
    void restartOrder() {
        Arrays.fill(order, 0);
    }

    @Override
    public void over(Peer peer, int code) {
        if (!excluded.get(peer.index())) {
            throw new LoadException("the server closed a member with " + code + " " + fleet.complaint());
        }
        closedWhileExcluded++;
    }

    @Override
    public void text(Peer peer, byte[] bytes, int from, int to) {
        int member = peer.index();
        int at = to - dialect.trailing() - said.bytes();
        if (excluded.get(member)) {
            return;
        }
        int sender = at < from ? -1 : Said.sender(bytes, at);
        long seq = sender < 0 || sender >= senders ? -1 : Said.seq(bytes, at);
        Publication publication = seq < 0 ? null : ring[sender][(int) seq & RING - 1];
        if (publication == null || publication.seq != seq) {
            strange++;
        } else if (Dialect.same(publication.delivery, bytes, from, to)) {
            delivered(member, sender, publication);
        } else if (member == sender && Dialect.same(publication.reply, bytes, from, to)) {
            replied(sender, publication);
        } else {
            strange++;
        }
    }

    private void delivered(int member, int sender, Publication publication) {
        int slot = member * senders + sender;
        long seq = publication.seq;
        if (seq == next[slot]) {
            next[slot]++;
        } else if (seq > next[slot]) {
            for (long overtaken = next[slot]; overtaken < seq; overtaken++) {
                skipped.add(slot + ":" + overtaken);
            }
            next[slot] = seq + 1;
        } else if (skipped.remove(slot + ":" + seq)) {
            reordered++;
        } else {
            repeated++;
            return;
        }
        order[member] = order[member] * 31 + sender + 1;
        latencies.record(System.nanoTime() - publication.saidAt);
        arrived(sender, publication);
    }

    private void replied(int sender, Publication publication) {
        if (publication.seq != replied[sender] || next[sender * senders + sender] > publication.seq) {
            reordered++; // the sender's own reply comes first, and in order
        }
        replied[sender] = publication.seq + 1;
        arrived(sender, publication);
    }

    private void arrived(int sender, Publication publication) {
        deliveries++;
        if (--publication.awaited == 0) {
            underWay--;
            completed.add(sender);
        }
    }
}
