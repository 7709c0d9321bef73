package dev.parley.backplane;

/** A follower's hold on a log. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    /** Ends it. An entry that is on its way may still arrive. Idempotent. */
    @Override
    void close();
}
