package dev.parley.backplane;

/** Who is told of every new entry of a log. */
@FunctionalInterface
public interface Follower {
    /**
     * The next entry, in log order, each once. Called by one thread at a time, the backplane's own or an appender's, perhaps
     * under the log's lock: it must neither block nor call the backplane.
     */
    void appended(Entry entry);

    /** Entries are missing that cannot be told any more. Called like, and in order with, {@link #appended}. */
    default void broken(Break gap) {}
}
