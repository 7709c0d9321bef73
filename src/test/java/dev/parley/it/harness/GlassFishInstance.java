package dev.parley.it.harness;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A GlassFish or a Payara Server, with {@code server-config/glassfish} or {@code server-config/payara} applied, by {@code
 * asadmin}, whose commands also deploy.
 */
final class GlassFishInstance implements Instance {
    private static final Pattern UP =
            Pattern.compile(".*(Successfully started|Payara Server .* startup time|Eclipse GlassFish .* startup time"
                    + "|NCLS-CORE-00017|startup time : ).*");
    private static final Duration START = Duration.ofMinutes(3);

    private final ServerProcess process;
    private final Path domain;
    private final int port;
    private final int tlsPort;
    private final AdminCommands commands;

    private GlassFishInstance(ServerProcess process, Path domain, int port, int tlsPort, AdminCommands commands) {
        this.process = process;
        this.domain = domain;
        this.port = port;
        this.tlsPort = tlsPort;
        this.commands = commands;
    }

    static GlassFishInstance start(String name, Path home, Jdk jdk, Optional<Extras> extras) {
        List<Integer> ports = ServerFiles.freePorts(5);
        Path directory = ServerFiles.fresh(name, extras);
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
        boolean isPayara = name.startsWith("payara");
        Path shipped = ServerFiles.config(isPayara ? "payara" : "glassfish");
        Path config = directory.resolve("parley.asadmin");
        ServerFiles.copy(shipped.resolve("parley.asadmin"), config);
        Path operators = directory.resolve("operators.asadmin");
        ServerFiles.write(operators, TestOperators.commands(directory));
        extras.ifPresent(add -> {
            Path keys = domain.resolve("config/keystore.p12");
            add.importKeys(Files.exists(keys) ? keys : domain.resolve("config/keystore.jks")); // GlassFish 7
            ServerFiles.copy(add.driver(), domain.resolve("lib/postgresql.jar")); // as add-library does
            ServerFiles.append(config, ServerFiles.read(shipped.resolve("parley-tls.asadmin")));
            if (add.hasProfile()) {
                ServerFiles.append(config, ServerFiles.read(shipped.resolve("parley-sso.asadmin")));
            }
            ServerFiles.append(operators, add.dataSource(shipped));
        });
        List<String> command = new ArrayList<>(List.of(
                "bash",
                home.resolve("bin/asadmin").toString(),
                "start-domain",
                "--verbose",
                "--domaindir",
                directory + ""));
        if (isPayara) {
            // Before the start, and so without starting twice; GlassFish has no such option.
            command.addAll(List.of("--prebootcommandfile", config + "", "--postbootcommandfile", operators + ""));
        }
        command.add("domain1");
        Map<String, String> environment =
                Map.of("AS_JAVA", jdk.home().toString(), "JAVA_HOME", jdk.home().toString());
        ServerProcess process = ServerProcess.start(name, environment, command);
        try {
            process.await(UP, 0, START);
            if (!isPayara) {
                for (Path file : List.of(config, operators)) {
                    Command.run(
                            name + "-asadmin",
                            environment,
                            "bash",
                            home.resolve("bin/asadmin").toString(),
                            "--interactive=false",
                            "--port",
                            ports.get(2).toString(),
                            "multimode",
                            "--file",
                            file.toString());
                }
                // Not by restart-domain: one that is watched (--verbose) may end instead of starting again
                // (eclipse-ee4j/glassfish#25295).
                process.close();
                process = ServerProcess.start(name, environment, command);
                process.await(UP, 0, START);
            }
            return new GlassFishInstance(process, domain, ports.get(0), ports.get(1), new AdminCommands(ports.get(2)));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        commands.run(
                "deploy",
                "force",
                "true",
                "name",
                id(contextPath),
                "contextroot",
                contextPath,
                "DEFAULT",
                war.toString());
    }

    @Override
    public void undeploy(String contextPath) throws Refusal {
        commands.run("undeploy", "DEFAULT", id(contextPath));
    }

    private static String id(String contextPath) {
        return contextPath.equals("/") ? "ROOT" : contextPath.substring(1);
    }

    @Override
    public URI site() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    @Override
    public String javaOptions() {
        return ServerFiles.read(domain.resolve("config/domain.xml"));
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
