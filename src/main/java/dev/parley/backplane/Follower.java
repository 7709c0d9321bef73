package dev.parley.backplane;

import dev.parley.node.Threads;

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

    /**
     * Somebody signals something, on whichever node, at most once and in no order with {@link #appended}. Called by any thread, several
     * at once: it must neither block nor call the backplane.
     */
    default void signalled(Signal signal) {}

    /**
     * Tells a follower, whatever it does: one that throws has missed the entry, and is told so, and nobody else is hurt.
     *
     * @return false if it has missed it and could not be told so, either
     */
    static boolean tell(Follower follower, Entry entry) {
        try {
            follower.appended(entry);
            return true;
        } catch (Throwable e) { // an Error, too: the others are to be told
            Threads.report("a follower", e);
            return breakOff(follower, Break.Reason.TRIMMED, entry.position());
        }
    }

    /** Tells a follower that it has missed something; false if it throws. */
    static boolean breakOff(Follower follower, Break.Reason reason, Position after) {
        try {
            follower.broken(new Break(reason, after));
            return true;
        } catch (Throwable e) {
            Threads.report("a follower", e);
            return false;
        }
    }
}
