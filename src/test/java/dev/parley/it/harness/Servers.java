package dev.parley.it.harness;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** All servers by the names of their profiles. The only place that knows which class starts which. */
final class Servers {
    /** A free port can be taken by somebody else before the server binds it. */
    private static final int ATTEMPTS = 3;

    private Servers() {}

    /**
     * Starts a fresh instance; what an earlier one of that name, with extras or without, left behind is deleted.
     *
     * @throws AssertionError if it does not start
     */
    static Instance start(String name, Path home, Optional<Extras> extras) {
        if (!name.equals("standalone") && !Files.exists(home)) {
            throw new IllegalStateException(home + " is missing: mvn pre-integration-test -P" + name + " fetches it");
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(name, home, extras);
            } catch (AssertionError | UncheckedIOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static Instance attempt(String name, Path home, Optional<Extras> extras) {
        return switch (name) {
            case "standalone" -> new ExecutableInstance();
            case "tomcat11", "tomcat10", "tomee9" -> TomcatInstance.start(name, home, extras);
            case "jetty12" -> JettyInstance.start(name, home, extras);
            case "wildfly" -> WildFlyInstance.start(name, home, extras);
            case "liberty" -> LibertyInstance.start(name, home, extras);
            case "payara-micro" -> new MicroInstance(name, home, Jdk.ofTests(), extras);
            case "payara-micro7" -> new MicroInstance(name, home, Jdk.atLeast(21), extras);
            case "payara", "glassfish7" -> GlassFishInstance.start(name, home, Jdk.ofTests(), extras);
            case "payara7", "glassfish8" -> GlassFishInstance.start(name, home, Jdk.atLeast(21), extras);
            default -> throw new IllegalArgumentException("no server is called " + name);
        };
    }
}
