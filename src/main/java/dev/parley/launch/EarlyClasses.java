package dev.parley.launch;

import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Loads all classes of the application while their files are there for certain. A class that is looked for when the process is
 * out of file descriptors, or after the temporary directory was cleaned, is not found, and then never again.
 */
final class EarlyClasses {
    private static final String SUFFIX = ".class";

    private EarlyClasses() {}

    /** Loads, without initialising, what is below {@code WEB-INF}; passes over what needs a library that is not there. */
    static void load(Path application, ClassLoader loader) throws IOException {
        Path classes = application.resolve("WEB-INF/classes");
        for (Path file : files(classes)) {
            load(classes.relativize(file).toString().replace('\\', '/'), loader);
        }
        for (Path file : files(application.resolve("WEB-INF/lib"))) {
            if (file.toString().endsWith(".jar")) {
                try (JarFile jar = new JarFile(file.toFile(), false)) {
                    jar.stream().forEach(entry -> load(entry.getName(), loader));
                }
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static void load(String file, ClassLoader loader) {
        if (!file.endsWith(SUFFIX) || file.startsWith("META-INF/") || file.endsWith("-info.class")) {
            return;
        }
        try {
            Class.forName(file.substring(0, file.length() - SUFFIX.length()).replace('/', '.'), false, loader);
        } catch (ClassNotFoundException | LinkageError needsWhatIsNotHere) {
            // Nobody could use it later either.
        }
    }

    /** Has a loader open all its jars. They stay open, and what is open can be read after the file was removed. */
    static void open(URLClassLoader jars) {
        jars.findResource("there is no such entry, so each jar is looked into");
    }
}
