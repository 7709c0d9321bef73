package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JDK that a server runs on.
 *
 * @param home its directory
 */
record Jdk(Path home) {
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    /** The one that runs the tests. */
    static Jdk ofTests() {
        return new Jdk(Path.of(System.getProperty("java.home")));
    }

    /** The one that runs the tests if it is new enough, else the one that the build or the environment names. */
    static Jdk atLeast(int feature) {
        if (Runtime.version().feature() >= feature) {
            return ofTests();
        }
        String named = System.getProperty("it.jdk21.home", "");
        if (named.isEmpty()) {
            named = System.getenv().getOrDefault("JAVA21_HOME", "");
        }
        if (named.isEmpty()) {
            throw new IllegalStateException("this server needs JDK " + feature
                    + " or newer, and Maven runs on an older one: say where one is with -Djdk21.home=… or JAVA21_HOME");
        }
        Path home = Path.of(named);
        try {
            Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
            if (!version.find() || Integer.parseInt(version.group(1)) < feature) {
                throw new IllegalStateException(home + " is no JDK " + feature + " or newer");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(home + " is no JDK", e);
        }
        return new Jdk(home);
    }

    String java() {
        return home.resolve("bin/java").toString();
    }
}
