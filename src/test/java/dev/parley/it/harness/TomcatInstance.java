package dev.parley.it.harness;

import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A Tomcat, started with its own script; what is deployed goes through its Manager. Its configuration is the
 * distribution's own, but for what two servers on one machine cannot share: the port, the address, the shutdown port. So
 * what passes here passes on a Tomcat out of the box.
 */
final class TomcatInstance implements Instance {
    private static final Pattern UP = Pattern.compile(".*Server startup in .*");
    private static final Duration START = Duration.ofMinutes(1);
    private static final String DEPLOYER = "deployer";

    private final ServerProcess process;
    private final Path base;
    private final URI site;
    private final TomcatManager manager;

    private TomcatInstance(ServerProcess process, Path base, URI site, TomcatManager manager) {
        this.process = process;
        this.base = base;
        this.site = site;
        this.manager = manager;
    }

    static TomcatInstance start(String name, Path home) {
        int port = ServerFiles.freePorts(1).get(0);
        String password = UUID.randomUUID().toString();
        Path base = base(name, home, port, password);
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
            return new TomcatInstance(process, base, site, manager);
        } catch (Refusal | AssertionError | UncheckedIOException e) {
            process.close();
            throw new AssertionError(name + " does not answer", e);
        }
    }

    private static Path base(String name, Path home, int port, String password) {
        Path base = ServerFiles.fresh(name);
        ServerFiles.copy(home.resolve("conf"), base.resolve("conf"));
        ServerFiles.copy(home.resolve("webapps/manager"), base.resolve("webapps/manager"));
        for (String directory : List.of("logs", "temp", "work")) {
            ServerFiles.write(base.resolve(directory).resolve(".keep"), "");
        }
        ServerFiles.replace(
                base.resolve("conf/server.xml"),
                "<Server port=\"8005\"",
                "<Server port=\"-1\"",
                "<Connector port=\"8080\"",
                "<Connector address=\"127.0.0.1\" port=\"" + port + "\"");
        ServerFiles.write(base.resolve("conf/tomcat-users.xml"), """
                <tomcat-users xmlns="http://tomcat.apache.org/xml" version="1.0">
                  <user username="%s" password="%s" roles="manager-script"/>
                  %s
                </tomcat-users>
                """.formatted(
                DEPLOYER, password, TestOperators.lines("<user username=\"%s\" password=\"%s\" roles=\"%s\"/>")));
        return base;
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        manager.deploy(contextPath, war);
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
    public long pid() {
        return process.pid();
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
