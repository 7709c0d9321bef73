package dev.parley.it.harness;

import java.nio.file.Path;

/** How an operator puts applications on a server and takes them off, by the server's own means. Not thread-safe. */
public interface Deployer {
    /** The server refused or could not do it; the message is the server's. */
    final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }

    /**
     * Deploys an archive, in the place of what is there. Returns when the application is up.
     *
     * @param contextPath {@code /} or {@code /name}
     */
    void deploy(String contextPath, Path war) throws Refusal;

    /** Stops the application and removes it. Returns when that is done. */
    void undeploy(String contextPath) throws Refusal;

    /**
     * How many class loaders of stopped applications at this path are still held, by the server's own count after a full
     * collection; 0 on a server that does not count them.
     */
    default long leaksOf(String contextPath) throws Refusal {
        return 0;
    }
}
