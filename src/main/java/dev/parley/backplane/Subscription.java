package dev.parley.backplane;

/** A hold on something that one is told of. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    /** Ends it. What is on its way may still arrive. Idempotent. */
    @Override
    void close();
}
