package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
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
    /** A data source of an application's own descriptor finds its driver in a library of the server alone. */
    private static final String DRIVER = "<classloader commonLibraryRef=\"postgresql\"/>";

    private static final Duration START = Duration.ofMinutes(2);

    private final ServerProcess process;
    private final Path directory;
    private final URI site;
    private final int tlsPort;
    private final String classLoader;
    private final Map<String, String> ids = new HashMap<>(); // of what is deployed, by context path
    private int deployments;

    private LibertyInstance(ServerProcess process, Path directory, URI site, int tlsPort, String classLoader) {
        this.process = process;
        this.directory = directory;
        this.site = site;
        this.tlsPort = tlsPort;
        this.classLoader = classLoader;
    }

    static LibertyInstance start(String name, Path home, Optional<Extras> extras) {
        List<Integer> ports = ServerFiles.freePorts(2);
        int port = ports.get(0);
        Path user = ServerFiles.fresh(name, extras);
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
                    %s%s
                  </basicRegistry>
                </server>
                """.formatted(
                        TestOperators.lines("<user name=\"%s\" password=\"%s\"/>"),
                        TestOperators.groups("<group name=\"%s\">%s</group>", "<member name=\"%s\"/>")));
        extras.ifPresent(add -> {
            ServerFiles.copy(add.keys(), directory.resolve("parley.p12"));
            ServerFiles.copy(add.driver(), directory.resolve("lib/postgresql.jar"));
            for (String file : List.of("parley-datasource.xml", "parley-tls.xml")) {
                ServerFiles.copy(directory.resolve(file), directory.resolve("configDropins/overrides/" + file));
            }
            if (add.hasProfile()) {
                ServerFiles.write(directory.resolve("configDropins/overrides/profile.xml"), """
                        <server>
                          <featureManager><feature>webProfile-10.0</feature></featureManager>
                          <webAppSecurity singleSignonEnabled="true"/>
                        </server>
                        """);
            }
            ServerFiles.append(directory.resolve("bootstrap.properties"), "https.port=" + ports.get(1) + "\n");
            ServerFiles.write(directory.resolve("server.env"), "DATABASE_PORT=" + add.databasePort() + "\n");
        });
        ServerProcess process = ServerProcess.start(
                name,
                Map.of(
                        "JAVA_HOME", Jdk.ofTests().home().toString(),
                        "WLP_USER_DIR", user.toString(),
                        "JVM_ARGS", "-Xmx384m"),
                List.of("sh", home.resolve("bin/server").toString(), "run", SERVER));
        try {
            process.await(UP, 0, START);
            return new LibertyInstance(
                    process,
                    directory,
                    URI.create("http://127.0.0.1:" + port + "/"),
                    ports.get(1),
                    extras.filter(Extras::hasProfile).map(add -> DRIVER).orElse(""));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        if (ids.containsKey(contextPath)) {
            undeploy(contextPath);
        }
        // Each time another one: what has just been taken away is still being forgotten under its name (CWWKZ0021E).
        String id = (contextPath.equals("/") ? "ROOT" : contextPath.substring(1)) + "-" + ++deployments;
        ids.put(contextPath, id);
        Path archive = directory.resolve("apps").resolve(id + ".war");
        int mark = process.mark();
        try {
            Files.createDirectories(archive.getParent());
            Files.copy(war, archive, StandardCopyOption.REPLACE_EXISTING);
            Files.createDirectories(file(id).getParent());
            Path half = Files.writeString(
                    directory.resolve(id + ".xml.new"), """
                    <server>
                      <webApplication id="%s" name="%s" location="%s" contextRoot="%s">%s</webApplication>
                    </server>
                    """.formatted(id, id, archive, contextPath, classLoader));
            Files.move(half, file(id), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String line = process.await(
                        Pattern.compile(
                                ".*(CWWKZ0001I|CWWKZ0002E|CWWKZ0004E|CWWKZ0012I|CWWKZ0021E).*\\b" + id + "\\b.*"),
                        mark,
                        START)
                .group();
        if (!line.contains("CWWKZ0001I")) {
            throw new Refusal(line);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        int mark = process.mark();
        String id = ids.remove(contextPath);
        try {
            Files.delete(file(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process.await(Pattern.compile(".*CWWKZ0009I:.*\\b" + id + "\\b.*"), mark, START);
        try {
            Files.deleteIfExists(directory.resolve("apps").resolve(id + ".war"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String id) {
        return directory.resolve("configDropins/overrides").resolve(id + ".xml");
    }

    @Override
    public URI site() {
        return site;
    }

    @Override
    public int tlsPort() {
        return tlsPort;
    }

    @Override
    public String dataSource() {
        return "jdbc/parley";
    }

    @Override
    public ServerProcess process() {
        return process;
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
