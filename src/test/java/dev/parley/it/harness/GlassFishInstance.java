package dev.parley.it.harness;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A GlassFish or a Payara Server, with {@code server-config/glassfish} or {@code server-config/payara} applied by its
 * {@code asadmin}, which also deploys.
 */
final class GlassFishInstance implements Instance {
    private static final Pattern UP =
            Pattern.compile(".*(Successfully started|Payara Server .* startup time|Eclipse GlassFish .* startup time"
                    + "|NCLS-CORE-00017|startup time : ).*");
    private static final Duration START = Duration.ofMinutes(3);

    private final String name;
    private final Path home;
    private final Jdk jdk;
    private final ServerProcess process;
    private final Path domain;
    private final int port;
    private final int adminPort;

    private GlassFishInstance(
            String name, Path home, Jdk jdk, ServerProcess process, Path domain, int port, int adminPort) {
        this.name = name;
        this.home = home;
        this.jdk = jdk;
        this.process = process;
        this.domain = domain;
        this.port = port;
        this.adminPort = adminPort;
    }

    static GlassFishInstance start(String name, Path home, Jdk jdk) {
        List<Integer> ports = ServerFiles.freePorts(5);
        Path directory = ServerFiles.fresh(name);
        Path domain = directory.resolve("domain1");
        ServerFiles.copy(home.resolve("domains/domain1"), domain);
        ServerFiles.replace(
                domain.resolve("config/domain.xml"),
                "<network-listener port=\"8080\"",
                "<network-listener address=\"127.0.0.1\" port=\"" + ports.get(0) + "\"",
                "<network-listener port=\"8181\"",
                "<network-listener address=\"127.0.0.1\" port=\"" + ports.get(1) + "\"",
                "<network-listener port=\"4848\"",
                "<network-listener address=\"127.0.0.1\" port=\"" + ports.get(2) + "\"",
                "port=\"8686\" name=\"system\"",
                "port=\"" + ports.get(3) + "\" name=\"system\" enabled=\"false\"",
                "address=\"0.0.0.0\"",
                "address=\"127.0.0.1\"",
                "\"7676\"",
                "\"" + ports.get(4) + "\"");
        ServerProcess process = ServerProcess.start(
                name,
                Map.of("AS_JAVA", jdk.home().toString(), "JAVA_HOME", jdk.home().toString()),
                List.of(
                        "sh",
                        home.resolve("bin/asadmin").toString(),
                        "start-domain",
                        "--verbose",
                        "--domaindir",
                        directory.toString(),
                        "domain1"));
        try {
            process.await(UP, 0, START);
            GlassFishInstance instance =
                    new GlassFishInstance(name, home, jdk, process, domain, ports.get(0), ports.get(2));
            String config = name.startsWith("glassfish") ? "glassfish" : name;
            instance.asadmin(
                    "multimode",
                    "--file",
                    ServerFiles.config(config).resolve("parley.asadmin").toString());
            Path operators = directory.resolve("operators.asadmin");
            ServerFiles.write(operators, TestOperators.commands(directory));
            instance.asadmin("multimode", "--file", operators.toString());
            return instance;
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    private void asadmin(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "sh",
                home.resolve("bin/asadmin").toString(),
                "--interactive=false",
                "--port",
                Integer.toString(adminPort)));
        command.addAll(List.of(arguments));
        Command.run(
                name + "-asadmin",
                Map.of("AS_JAVA", jdk.home().toString(), "JAVA_HOME", jdk.home().toString()),
                command.toArray(new String[0]));
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        try {
            asadmin("deploy", "--force=true", "--name", id(contextPath), "--contextroot", contextPath, war.toString());
        } catch (AssertionError e) {
            throw new Refusal(e.getMessage());
        }
    }

    @Override
    public void undeploy(String contextPath) throws Refusal {
        try {
            asadmin("undeploy", id(contextPath));
        } catch (AssertionError e) {
            throw new Refusal(e.getMessage());
        }
    }

    private static String id(String contextPath) {
        return contextPath.equals("/") ? "ROOT" : contextPath.substring(1);
    }

    @Override
    public URI site() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Optional<Path> logs() {
        return Optional.of(domain.resolve("logs"));
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
