package dev.parley.handshake;

import dev.parley.node.Budget;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the node takes new visitors at all: not while it is paused, is being drained, is full or has no memory left. Those who are
 * in are not its business. Thread-safe.
 *
 * <pre>
 *   OPEN ◀──▶ PAUSED
 *     ▲  ╲     ╱
 *     ╰─▶ DRAINING ──▶ STOPPED
 * </pre>
 */
public final class AdmissionControl implements Admission {
    /** Whether visitors come in. */
    public enum State {
        /** Visitors come in. */
        OPEN,
        /** Nobody new comes in; who is in stays. */
        PAUSED,
        /** Nobody new comes in, and who is in is being sent away. */
        DRAINING,
        /** As draining, and for good: the application is stopping. */
        STOPPED
    }

    private final int max;
    private final AtomicInteger places = new AtomicInteger(); // taken
    private final Budget budget;
    private final AddressLimits addresses;
    private volatile State state = State.OPEN; // written under the lock

    /**
     * Open admission. No more than {@code max} may be in, and no more than {@code maxPerAddress} from one address, those included whose
     * handshake is under way; and nobody comes in while the node holds all the bytes that it may, and nobody is left who could give way.
     */
    public AdmissionControl(int max, int maxPerAddress, Budget budget) {
        this.max = max;
        this.budget = budget;
        this.addresses = new AddressLimits(maxPerAddress, System::nanoTime);
    }

    @Override
    public void check() {
        State current = state;
        if (current != State.OPEN) {
            throw new HandshakeRefused(503, current == State.PAUSED ? "paused" : "draining");
        }
        if (places.get() >= max) {
            throw full();
        }
        if (budget.isExhausted()) {
            throw new HandshakeRefused(503, "no memory left in the budget");
        }
    }

    @Override
    public Place admit(String address) {
        Place ofAddress = addresses.admit(address);
        if (places.incrementAndGet() > max) { // others have come in since the check
            places.decrementAndGet();
            ofAddress.leave(false);
            throw full();
        }
        AtomicBoolean isIn = new AtomicBoolean(true);
        return isThrownOut -> {
            if (isIn.compareAndSet(true, false)) {
                places.decrementAndGet();
                ofAddress.leave(isThrownOut);
            }
        };
    }

    private static HandshakeRefused full() {
        return new HandshakeRefused(503, "full");
    }

    public State state() {
        return state;
    }

    /** Moves to another state; false if it is in that state already, or has stopped. */
    public synchronized boolean turn(State wanted) {
        if (state == State.STOPPED || state == wanted) {
            return false;
        }
        state = wanted;
        return true;
    }
}
