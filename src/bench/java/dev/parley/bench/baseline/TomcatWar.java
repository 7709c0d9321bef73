package dev.parley.bench.baseline;

import java.nio.file.Path;

/** Tomcat with a WAR, for one that cannot start itself. */
public final class TomcatWar {
    private TomcatWar() {}

    /** Takes the port and the WAR. */
    public static void main(String[] args) throws Exception {
        EmbeddedTomcat tomcat = new EmbeddedTomcat(Integer.parseInt(args[0]));
        tomcat.war(Path.of(args[1]));
        tomcat.runForEver();
    }
}
