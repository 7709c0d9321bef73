package dev.parley.it.harness;

import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A Tomcat with {@code server-config/tomcat}, started with its own script; what is deployed goes through its Manager. A TomEE has the
 * configuration that it came with.
 */
final class TomcatInstance implements Instance {
    private static final Pattern UP = Pattern.compile(".*Server startup in .*");
    private static final Duration START = Duration.ofMinutes(1);
    private static final String DEPLOYER = "deployer";

    private final ServerProcess process;
    private final Path base;
    private final URI site;
    private final int tlsPort;
    private final TomcatManager manager;
    private final boolean isDeployedByFile;

    private TomcatInstance(
            ServerProcess process, Path base, URI site, int tlsPort, TomcatManager manager, boolean isDeployedByFile) {
        this.process = process;
        this.base = base;
        this.site = site;
        this.tlsPort = tlsPort;
        this.manager = manager;
        this.isDeployedByFile = isDeployedByFile;
    }

    static TomcatInstance start(String name, Path home, Optional<Extras> extras) {
        List<Integer> ports = ServerFiles.freePorts(2);
        int port = ports.get(0);
        String password = UUID.randomUUID().toString();
        Path base = base(ServerFiles.fresh(name, extras), home, name.startsWith("tomee"), port, password);
        extras.ifPresent(add -> add(add, base, ports.get(1)));
        ServerProcess process = ServerProcess.start(
                name,
                Map.of(
                        "CATALINA_HOME", home.toString(),
                        "CATALINA_BASE", base.toString(),
                        "JAVA_HOME", Jdk.ofTests().home().toString(),
                        "CATALINA_OPTS", "-Xmx256m"),
                List.of("sh", home.resolve("bin/catalina.sh").toString(), "run"));
        try {
            process.await(UP, 0, START);
            URI site = URI.create("http://127.0.0.1:" + port + "/");
            TomcatManager manager = new TomcatManager(site.resolve("manager/text/"), DEPLOYER, password);
            manager.list();
            return new TomcatInstance(
                    process,
                    base,
                    site,
                    ports.get(1),
                    manager,
                    extras.filter(add -> !add.hasProfile()).isPresent());
        } catch (Refusal | AssertionError | UncheckedIOException e) {
            process.close();
            throw new AssertionError(name + " does not answer", e);
        }
    }

    private static Path base(Path base, Path home, boolean isTomEE, int port, String password) {
        ServerFiles.copy(home.resolve("conf"), base.resolve("conf"));
        ServerFiles.copy(home.resolve("webapps/manager"), base.resolve("webapps/manager"));
        for (String directory : List.of("logs", "temp", "work")) {
            ServerFiles.write(base.resolve(directory).resolve(".keep"), "");
        }
        Path config = ServerFiles.config("tomcat");
        if (isTomEE) {
            ServerFiles.replace(base.resolve("conf/server.xml"), "<Server port=\"8005\"", "<Server port=\"-1\"");
        } else {
            ServerFiles.copy(config.resolve("server.xml"), base.resolve("conf/server.xml"));
            ServerFiles.copy(config.resolve("setenv.sh"), base.resolve("bin/setenv.sh"));
            ServerFiles.copy(config.resolve("rewrite.config"), base.resolve("conf/Catalina/localhost/rewrite.config"));
        }
        ServerFiles.replace(
                base.resolve("conf/server.xml"),
                "<Connector port=\"8080\"",
                "<Connector address=\"127.0.0.1\" port=\"" + port + "\"");
        ServerFiles.copy(config.resolve("tomcat-users.xml"), base.resolve("conf/tomcat-users.xml"));
        ServerFiles.replace(
                base.resolve("conf/tomcat-users.xml"),
                "password=\"change me\"",
                "password=\"" + password + "\"",
                "<user username=\"otto\" password=\"change me as well\" roles=\"parley-operator\"/>",
                TestOperators.lines("<user username=\"%s\" password=\"%s\" roles=\"%s\"/>"));
        return base;
    }

    private static void add(Extras extras, Path base, int tlsPort) {
        ServerFiles.copy(extras.keys(), base.resolve("conf/parley.p12"));
        ServerFiles.uncomment(base.resolve("conf/server.xml"), "<Connector");
        ServerFiles.replace(
                base.resolve("conf/server.xml"),
                "<Connector port=\"8443\"",
                "<Connector address=\"127.0.0.1\" port=\"" + tlsPort + "\"");
        ServerFiles.copy(ServerFiles.config("tomcat").resolve("parley.xml"), base.resolve("parley.xml"));
        ServerFiles.uncomment(base.resolve("parley.xml"), "<Resource");
        ServerFiles.append(base.resolve("conf/catalina.properties"), """

                database.port=%d
                """.formatted(extras.databasePort()));
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        if (isDeployedByFile) {
            // Where the file says that it is.
            Path place = base.resolve("parley.war");
            if (!Files.exists(place)) {
                ServerFiles.copy(war, place);
            }
            manager.deployBy(base.resolve("parley.xml"), contextPath);
        } else {
            manager.deploy(contextPath, war);
        }
    }

    @Override
    public void undeploy(String contextPath) throws Refusal {
        manager.undeploy(contextPath);
    }

    @Override
    public long leaksOf(String contextPath) throws Refusal {
        return manager.findLeaks().lines().filter(contextPath::equals).count();
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
        return "java:comp/env/jdbc/parley";
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
