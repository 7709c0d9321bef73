package dev.parley.it.harness;

import java.util.Set;

/**
 * What a server does otherwise than the rest and no application can change. The only place where a test may learn that it
 * has to expect something else; each is a row of the README's table, which is checked against this one.
 */
public enum KnownDifference {
    NEGATIVE_LENGTH(
            Set.of("jetty12"),
            "a frame that announces a negative length is closed with 1009, not 1002",
            "Jetty looks at the size before it looks at the sign"),
    LAST_APPLICATION_HELD(
            Set.of("jetty12"),
            "the application that was undeployed last stays in memory until the next one is",
            "Jetty's scanner remembers it; it is one, and never more");

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<String> servers;

    private final String what;
    private final String why;

    KnownDifference(Set<String> servers, String what, String why) {
        this.servers = servers;
        this.what = what;
        this.why = why;
    }

    /** Whether it is to be expected there. */
    public boolean isOf(RunningServer server) {
        return servers.contains(server.name());
    }

    /** The names of the profiles of the servers that it is seen on. */
    Set<String> servers() {
        return servers;
    }

    /** What is seen from outside. */
    String what() {
        return what;
    }

    /** Why it cannot be helped. */
    String why() {
        return why;
    }
}
