package dev.parley;

/** A listener's hold on a room. */
public interface Subscription extends AutoCloseable {
    /** Tells it nothing more; a call that is under way may still end. Idempotent. */
    @Override
    void close();
}
