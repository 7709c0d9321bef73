package dev.parley.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** Parley as it ships: {@code java -jar parley.war}. A WAR without a launcher is put into the same embedded server. */
final class ParleyWar implements Target.Recipe {
    @Override
    public Launch prepare(Workshop workshop) throws Unavailable {
        if (!Files.isRegularFile(workshop.war())) {
            throw new Unavailable("there is no target/parley.war");
        }
        List<String> command = new ArrayList<>(workshop.java(Targets.PARLEY));
        if (isExecutable(workshop)) {
            command.addAll(List.of("-jar", workshop.war().toString(), "--port", Launch.PORT));
        } else {
            String jars = ClassPath.ofThisProcess().with(JvmBaseline.TOMCAT);
            command.addAll(List.of("-cp", jars, "dev.parley.bench.baseline.TomcatWar", Launch.PORT));
            command.add(workshop.war().toString());
        }
        return new Launch(command, "");
    }

    private static boolean isExecutable(Workshop workshop) throws Unavailable {
        try (JarFile war = new JarFile(workshop.war().toFile())) {
            Manifest manifest = war.getManifest();
            return manifest != null && manifest.getMainAttributes().containsKey(Attributes.Name.MAIN_CLASS);
        } catch (IOException e) {
            throw new Unavailable("target/parley.war cannot be read: " + e.getMessage());
        }
    }
}
