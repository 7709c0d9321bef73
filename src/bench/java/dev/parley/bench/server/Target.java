package dev.parley.bench.server;

import dev.parley.bench.load.Dialect;

/**
 * A server that can be measured.
 *
 * @param id how it is chosen and filed
 * @param title how the tables call it
 * @param dialect how it wants to be spoken to
 * @param isJvm whether its process answers {@code jcmd}
 * @param recipe how to start it
 */
public record Target(String id, String title, Dialect dialect, boolean isJvm, Recipe recipe) {
    /** How to start a server. */
    @FunctionalInterface
    public interface Recipe {
        /**
         * What to start; builds or installs it first if it must.
         *
         * @throws Unavailable if this machine lacks something
         */
        Launch prepare(Workshop workshop) throws Unavailable;
    }

    /** Returns its id. */
    @Override
    public String toString() {
        return id;
    }
}
