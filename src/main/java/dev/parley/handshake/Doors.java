package dev.parley.handshake;

import dev.parley.node.Budget;
import java.util.function.BooleanSupplier;

/**
 * The node's own rule of admission: whether it takes new visitors at all. Those who are in are not its business. Thread-safe.
 *
 * <pre>
 *   OPEN ◀──▶ PAUSED
 *     ▲  ╲     ╱
 *     ╰─▶ DRAINING ──▶ STOPPED
 * </pre>
 */
public final class Doors implements Admission {
    /** How the doors stand. */
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

    private final BooleanSupplier isFull;
    private final Budget budget;
    private final Crowds crowds;
    private volatile State state = State.OPEN; // written under the lock

    /**
     * Open doors of a house that may be full. No more than so many may be in from one address, and nobody comes in while the node
     * holds all the bytes that it may, and nobody is left who could give way.
     */
    public Doors(BooleanSupplier isFull, int maxPerAddress, Budget budget) {
        this.isFull = isFull;
        this.budget = budget;
        this.crowds = new Crowds(maxPerAddress, System::nanoTime);
    }

    @Override
    public void check() {
        State current = state;
        if (current != State.OPEN) {
            throw new HandshakeRefused(503, current == State.PAUSED ? "paused" : "draining");
        }
        if (isFull.getAsBoolean()) {
            throw new HandshakeRefused(503, "full");
        }
        if (budget.isExhausted()) {
            throw new HandshakeRefused(503, "no memory left in the budget");
        }
    }

    @Override
    public Place admit(String address) {
        return crowds.admit(address);
    }

    public State state() {
        return state;
    }

    /** Moves to another state; false if that is how they stand, or if they are shut for good. */
    public synchronized boolean turn(State wanted) {
        if (state == State.STOPPED || state == wanted) {
            return false;
        }
        state = wanted;
        return true;
    }
}
