package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An Open Liberty with {@code server-config/liberty}. An application is a file of configuration that the server watches.
 */
final class LibertyInstance implements Instance {
    private static final String SERVER = "parley";
    private static final Pattern UP = Pattern.compile(".*CWWKF0011I:.*");
    private static final Duration START = Duration.ofMinutes(2);

    private final ServerProcess process;
    private final Path directory;
    private final URI site;

    private LibertyInstance(ServerProcess process, Path directory, URI site) {
        this.process = process;
        this.directory = directory;
        this.site = site;
    }

    static LibertyInstance start(String name, Path home) {
        int port = ServerFiles.freePorts(1).get(0);
        Path user = ServerFiles.fresh(name);
        Path directory = user.resolve("servers").resolve(SERVER);
        ServerFiles.copy(ServerFiles.config("liberty"), directory);
        ServerFiles.write(directory.resolve("bootstrap.properties"), """
                http.host=127.0.0.1
                http.port=%d
                """.formatted(port));
        ServerFiles.write(directory.resolve("configDropins/overrides/here.xml"), """
                <server>
                  <!-- Looked at every 500 ms and not only when a file is there at the start. -->
                  <config updateTrigger="polled" monitorInterval="200ms"/>
                  <basicRegistry>
                    %s
                  </basicRegistry>
                </server>
                """.formatted(TestOperators.lines(
                "<user name=\"%1$s\" password=\"%2$s\"/><group name=\"%3$s\"><member name=\"%1$s\"/></group>")));
        ServerProcess process = ServerProcess.start(
                name,
                Map.of(
                        "JAVA_HOME", Jdk.ofTests().home().toString(),
                        "WLP_USER_DIR", user.toString(),
                        "JVM_ARGS", "-Xmx384m"),
                List.of("sh", home.resolve("bin/server").toString(), "run", SERVER));
        try {
            process.await(UP, 0, START);
            return new LibertyInstance(process, directory, URI.create("http://127.0.0.1:" + port + "/"));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        if (Files.exists(file(contextPath))) {
            undeploy(contextPath);
        }
        String id = id(contextPath);
        Path archive = directory.resolve("apps").resolve(id + ".war");
        int mark = process.mark();
        try {
            Files.createDirectories(archive.getParent());
            Files.copy(war, archive, StandardCopyOption.REPLACE_EXISTING);
            Files.createDirectories(file(contextPath).getParent());
            Path half =
                    Files.writeString(directory.resolve(id + ".xml.new"), """
                    <server>
                      <webApplication id="%s" name="%s" location="%s" contextRoot="%s"/>
                    </server>
                    """.formatted(id, id, archive, contextPath));
            Files.move(half, file(contextPath), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String line = process.await(
                        Pattern.compile(".*(CWWKZ0001I|CWWKZ0002E|CWWKZ0004E|CWWKZ0003I).*\\b" + id + "\\b.*"),
                        mark,
                        START)
                .group();
        if (!line.contains("CWWKZ0001I") && !line.contains("CWWKZ0003I")) {
            throw new Refusal(line);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        int mark = process.mark();
        try {
            Files.delete(file(contextPath));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process.await(Pattern.compile(".*CWWKZ0009I:.*\\b" + id(contextPath) + "\\b.*"), mark, START);
    }

    private static String id(String contextPath) {
        return contextPath.equals("/") ? "ROOT" : contextPath.substring(1);
    }

    private Path file(String contextPath) {
        return directory.resolve("configDropins/overrides").resolve(id(contextPath) + ".xml");
    }

    @Override
    public URI site() {
        return site;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Optional<Path> logs() {
        return Optional.of(directory.resolve("logs"));
    }

    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return process.toString();
    }
}
