package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A Jetty with {@code server-config/jetty} as its base. An application is deployed by copying its archive to the
 * directory that is watched, and undeployed by deleting it.
 */
final class JettyInstance implements Instance {
    private static final Pattern UP = Pattern.compile(".*:INFO *:oejs\\.Server:.*: Started oejs\\.Server.*");
    private static final Duration START = Duration.ofSeconds(40);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final ServerProcess process;
    private final Path base;
    private final URI site;
    private final int tlsPort;

    private JettyInstance(ServerProcess process, Path base, URI site, int tlsPort) {
        this.process = process;
        this.base = base;
        this.site = site;
        this.tlsPort = tlsPort;
    }

    static JettyInstance start(String name, Path home, Optional<Extras> extras) {
        List<Integer> ports = ServerFiles.freePorts(2);
        int port = ports.get(0);
        Path base = ServerFiles.fresh(name, extras);
        ServerFiles.copy(ServerFiles.config("jetty"), base);
        ServerFiles.write(base.resolve("etc/parley-users.properties"), TestOperators.lines("%s: %s,%s"));
        ServerFiles.write(base.resolve("webapps/.keep"), "");
        ServerFiles.write(base.resolve("environments/.keep"), "");
        ServerFiles.write(base.resolve("logs/.keep"), "");
        ServerFiles.write(base.resolve("tmp/.keep"), "");
        List<String> command = new ArrayList<>(List.of(
                Jdk.ofTests().java(),
                "-Xmx256m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.io.tmpdir=" + base.resolve("tmp"),
                "-jar",
                home.resolve("start.jar").toString(),
                "jetty.base=" + base,
                "jetty.http.host=127.0.0.1",
                "jetty.http.port=" + port));
        extras.ifPresent(add -> {
            add(add, base);
            command.addAll(List.of("jetty.ssl.host=127.0.0.1", "jetty.ssl.port=" + ports.get(1)));
        });
        ServerProcess process = ServerProcess.start(name, Map.of("JETTY_BASE", base.toString()), command);
        try {
            process.await(UP, 0, START);
            return new JettyInstance(process, base, URI.create("http://127.0.0.1:" + port + "/"), ports.get(1));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    private static void add(Extras extras, Path base) {
        ServerFiles.copy(extras.keys(), base.resolve("etc/parley.p12"));
        ServerFiles.copy(extras.driver(), base.resolve("lib/ext/postgresql.jar"));
        Path options = base.resolve("start.d/parley.ini");
        for (String line : List.of(
                "jetty.sslContext.keyStorePath=",
                "jetty.sslContext.keyStorePassword=",
                "jetty.ssl.port=",
                "--modules=https",
                "--modules=ee10-plus,ext",
                "etc/parley-datasource.xml")) {
            ServerFiles.replace(options, "\n# " + line, "\n" + line);
        }
        ServerFiles.replace(options, "# database.port=5432", "database.port=" + extras.databasePort());
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        int mark = process.mark();
        boolean replaces = Files.exists(file(contextPath));
        try {
            // In one step, or half an archive could be deployed.
            Path copy = Files.copy(war, base.resolve(war.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            Files.move(copy, file(contextPath), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String line =
                process.await(outcome("Started", contextPath), mark, START).group();
        if (!line.contains("Started ")) {
            throw new Refusal(line);
        }
        if (replaces) {
            process.await(outcome("Stopped", contextPath), mark, START); // the new one starts before the old one goes
        }
        // It is found a moment after it has started.
        Await.until(START, "Jetty answers at " + contextPath, () -> status(contextPath) != 404);
    }

    @Override
    public void undeploy(String contextPath) {
        int mark = process.mark();
        try {
            Files.delete(file(contextPath));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process.await(outcome("Stopped", contextPath), mark, START);
    }

    private int status(String contextPath) throws IOException, InterruptedException {
        URI home = site.resolve(contextPath.equals("/") ? "/" : contextPath + "/");
        return HTTP.send(HttpRequest.newBuilder(home).build(), BodyHandlers.discarding())
                .statusCode();
    }

    /** What Jetty says of an application, or of one that it could not start. */
    private static Pattern outcome(String event, String contextPath) {
        return Pattern.compile(".*:oeje10s\\.ServletContextHandler:.*: " + event + " oeje10w\\.WebAppContext@.*,"
                + Pattern.quote(contextPath)
                + ",.*|.*WARN.*(Failed startup of context|Unable to deploy|unable to|Exception).*");
    }

    private Path file(String contextPath) {
        String name = contextPath.equals("/") ? "ROOT" : contextPath.substring(1);
        return base.resolve("webapps").resolve(name + ".war");
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
        return Optional.of(base.resolve("logs"));
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
