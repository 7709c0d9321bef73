package dev.parley.it.harness;

import java.nio.file.Files;
import java.nio.file.Path;

/** All servers by the names of their profiles. The only place that knows which class starts which. */
final class Servers {
    private Servers() {}

    /** Starts a fresh instance; what an earlier one of that name left behind is deleted. */
    static Instance start(String name, Path home) {
        if (!name.equals("standalone") && !Files.exists(home)) {
            throw new IllegalStateException(home + " is missing: mvn pre-integration-test -P" + name + " fetches it");
        }
        return switch (name) {
            case "standalone" -> new ExecutableInstance();
            case "tomcat11", "tomcat10", "tomee9" -> TomcatInstance.start(name, home);
            case "jetty12" -> JettyInstance.start(name, home);
            case "wildfly" -> WildFlyInstance.start(name, home);
            case "liberty" -> LibertyInstance.start(name, home);
            case "payara-micro" -> new MicroInstance(home);
            case "payara", "glassfish7" -> GlassFishInstance.start(name, home, Jdk.ofTests());
            case "glassfish8" ->
                GlassFishInstance.start(name, home, Jdk.atLeast(Integer.getInteger("it.glassfish8.jdk", 21)));
            default -> throw new IllegalArgumentException("no server is called " + name);
        };
    }
}
