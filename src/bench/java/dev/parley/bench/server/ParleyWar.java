package dev.parley.bench.server;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Parley as it ships.
 *
 * @param isAlone whether by {@code java -jar parley.war}, else deployed to a Tomcat that lends it nothing
 */
record ParleyWar(boolean isAlone) implements Target.Recipe {
    @Override
    public Launch prepare(Workshop workshop) throws Unavailable {
        if (!Files.isRegularFile(workshop.war())) {
            throw new Unavailable("there is no target/parley.war");
        }
        List<String> command = new ArrayList<>(workshop.java(isAlone ? Targets.PARLEY : "parley-tomcat"));
        if (isAlone) {
            command.addAll(List.of("-jar", workshop.war().toString(), "--port", Launch.PORT));
        } else {
            String jars = ClassPath.ofThisProcess().with(JvmBaseline.TOMCAT);
            command.addAll(List.of("-cp", jars, "dev.parley.bench.baseline.TomcatWar", Launch.PORT));
            command.add(workshop.war().toString());
        }
        return new Launch(command, "");
    }
}
