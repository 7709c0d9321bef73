package dev.parley.bench.scenario;

import dev.parley.bench.load.Dialect;
import dev.parley.bench.load.Fleet;
import dev.parley.bench.load.LoadException;
import dev.parley.bench.load.Peer;
import java.time.Duration;
import java.util.BitSet;

/**
 * Makes sure that everybody is in the room. Joining is silent, and some servers answer the handshake before they let a member
 * in; what is said meanwhile does not reach it, and is no loss.
 */
final class RollCall implements Fleet.Listener {
    private static final int CALLS = 20;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PATIENCE_NANOS_A_MEMBER = 200_000;
    private static final long POLL_NANOS = 20_000_000;

    private final Fleet fleet;
    private final BitSet answered = new BitSet();
    private byte[] expected = {};

    private RollCall(Fleet fleet) {
        this.fleet = fleet;
    }

    /**
     * Has the first member speak until everybody has heard the same message.
     *
     * @throws LoadException if that does not come about
     */
    static void hold(Fleet fleet) {
        RollCall call = new RollCall(fleet);
        fleet.listen(call);
        for (int i = 0; i < CALLS; i++) {
            if (call.isAnswered("roll call " + i)) {
                fleet.listen(new Fleet.Listener() {});
                return;
            }
        }
        throw new LoadException(
                "only " + call.answered.cardinality() + " of " + fleet.size() + " members are in the room");
    }

    private boolean isAnswered(String text) {
        answered.clear();
        expected = fleet.dialect().delivery(1, text);
        fleet.send(0, fleet.chatFrame(text));
        long end = System.nanoTime() + PATIENCE_NANOS + fleet.size() * PATIENCE_NANOS_A_MEMBER;
        while (answered.cardinality() < fleet.size() && System.nanoTime() < end) {
            fleet.poll(POLL_NANOS);
        }
        return answered.cardinality() == fleet.size();
    }

    @Override
    public void text(Peer peer, byte[] bytes, int from, int to) {
        if (Dialect.same(expected, bytes, from, to)) {
            answered.set(peer.index());
        }
    }

    @Override
    public void over(Peer peer, int code) {
        throw new LoadException("the server closed a member with " + code + " " + fleet.complaint());
    }
}
