package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A fresh {@code CATALINA_BASE}. Its configuration is the distribution's own, but for what two servers on one machine
 * cannot share: the port, the address, the shutdown port. So what passes here passes on a Tomcat out of the box.
 */
final class TomcatBase {
    static final String MANAGER = "deployer";

    private TomcatBase() {}

    static void create(Path home, Path base, int port, String password) {
        try {
            delete(base);
            for (String directory : List.of("conf", "logs", "temp", "webapps", "work")) {
                Files.createDirectories(base.resolve(directory));
            }
            copy(home.resolve("conf"), base.resolve("conf"));
            copy(home.resolve("webapps/manager"), base.resolve("webapps/manager"));

            Path server = base.resolve("conf/server.xml");
            String text = Files.readString(server);
            text = replaced(text, "<Server port=\"8005\"", "<Server port=\"-1\"");
            text = replaced(text, "<Connector port=\"8080\"", "<Connector address=\"127.0.0.1\" port=\"" + port + "\"");
            Files.writeString(server, text);

            Files.writeString(base.resolve("conf/tomcat-users.xml"), """
                    <tomcat-users xmlns="http://tomcat.apache.org/xml" version="1.0">
                      <user username="%s" password="%s" roles="manager-script"/>
                    </tomcat-users>
                    """.formatted(MANAGER, password));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String replaced(String text, String before, String after) {
        if (!text.contains(before)) {
            throw new AssertionError("this Tomcat's server.xml has no " + before);
        }
        return text.replace(before, after);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
