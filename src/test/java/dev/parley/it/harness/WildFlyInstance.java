package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A WildFly with {@code server-config/wildfly} applied by its own command line. Applications go through the directory that
 * it watches, with its marker files.
 */
final class WildFlyInstance implements Instance {
    private static final Pattern UP = Pattern.compile(".*WFLYSRV0025: .* started in .*");
    private static final Pattern RELOADED = UP;
    private static final Duration START = Duration.ofMinutes(2);

    private final ServerProcess process;
    private final Path base;
    private final URI site;
    private final int tlsPort;

    private WildFlyInstance(ServerProcess process, Path base, URI site, int tlsPort) {
        this.process = process;
        this.base = base;
        this.site = site;
        this.tlsPort = tlsPort;
    }

    static WildFlyInstance start(String name, Path home, Optional<Extras> extras) {
        List<Integer> ports = ServerFiles.freePorts(3);
        Path base = ServerFiles.fresh(name, extras);
        ServerFiles.copy(home.resolve("standalone"), base);
        // Looked at every 5 s by default, which twenty deployments would wait for.
        ServerFiles.replace(
                base.resolve("configuration/standalone.xml"),
                "scan-interval=\"5000\"",
                "scan-interval=\"500\" auto-deploy-zipped=\"false\"");
        // As bin/add-user.sh -a does it, which would take its seconds for each.
        TestOperators.ROLES.forEach((user, role) -> {
            ServerFiles.append(
                    base.resolve("configuration/application-users.properties"),
                    user + "=" + digest(user + ":ApplicationRealm:" + TestOperators.password(user)) + "\n");
            ServerFiles.append(base.resolve("configuration/application-roles.properties"), user + "=" + role + "\n");
        });
        Map<String, String> environment = new HashMap<>(Map.of(
                "JAVA_HOME",
                Jdk.ofTests().home().toString(),
                "JBOSS_JAVA_SIZING",
                "-Xmx512m",
                "RUN_CONF",
                ServerFiles.config("wildfly").resolve("standalone.conf").toString(),
                // The script hands signals on to the virtual machine only then.
                "LAUNCH_JBOSS_IN_BACKGROUND",
                "1"));
        List<String> command = new ArrayList<>(List.of(
                "sh",
                home.resolve("bin/standalone.sh").toString(),
                "-Djboss.server.base.dir=" + base,
                "-Djboss.http.port=" + ports.get(0),
                "-Djboss.https.port=" + ports.get(1),
                "-Djboss.management.http.port=" + ports.get(2)));
        extras.ifPresent(add -> {
            ServerFiles.copy(add.keys(), base.resolve("configuration/parley.p12"));
            environment.put("DATABASE_PORT", Integer.toString(add.databasePort()));
        });
        ServerProcess process = ServerProcess.start(name, environment, command);
        try {
            process.await(UP, 0, START);
            // In the directory of the files, as an operator would, with the driver beside them.
            Path directory = base.resolve("parley");
            ServerFiles.copy(ServerFiles.config("wildfly"), directory);
            extras.ifPresent(add -> ServerFiles.copy(add.driver(), directory.resolve("postgresql.jar")));
            List<String> files = new ArrayList<>();
            extras.ifPresent(add -> {
                files.add("parley-datasource.cli");
                files.add("parley-tls.cli");
                if (add.hasProfile()) {
                    files.add("parley-sso.cli");
                }
            });
            files.add("parley.cli");
            for (String file : files) {
                int mark = process.mark();
                Command.run(
                        name + "-cli",
                        environment,
                        "sh",
                        "-c",
                        "cd \"$1\" && exec sh \"$2\" --connect \"--controller=127.0.0.1:$3\" \"--file=$4\"",
                        "sh",
                        directory.toString(),
                        home.resolve("bin/jboss-cli.sh").toString(),
                        ports.get(2).toString(),
                        file);
                if (!file.equals("parley-datasource.cli")) {
                    process.await(RELOADED, mark, START);
                }
            }
            return new WildFlyInstance(
                    process, base, URI.create("http://127.0.0.1:" + ports.get(0) + "/"), ports.get(1));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        String archive = archive(contextPath);
        try {
            Files.deleteIfExists(marker(archive, "deployed"));
            Files.deleteIfExists(marker(archive, "failed"));
            Files.copy(war, marker(archive, ""), StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(marker(archive, "dodeploy"), "");
            Await.until(
                    START,
                    "WildFly has deployed " + archive,
                    () -> Files.exists(marker(archive, "deployed")) || Files.exists(marker(archive, "failed")));
            if (Files.exists(marker(archive, "failed"))) {
                throw new Refusal(Files.readString(marker(archive, "failed")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        String archive = archive(contextPath);
        try {
            Files.delete(marker(archive, "deployed"));
            Await.until(START, "WildFly has undeployed " + archive, () -> Files.exists(marker(archive, "undeployed")));
            Files.delete(marker(archive, "undeployed"));
            Files.delete(marker(archive, ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String archive(String contextPath) {
        return contextPath.equals("/") ? "ROOT.war" : contextPath.substring(1) + ".war";
    }

    /** The archive, or with a suffix the file by which it is spoken of. */
    private Path marker(String archive, String suffix) {
        return base.resolve("deployments").resolve(suffix.isEmpty() ? archive : archive + "." + suffix);
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
        return "java:jboss/datasources/parley";
    }

    @Override
    public ServerProcess process() {
        return process;
    }

    @Override
    public Optional<Path> logs() {
        return Optional.of(base.resolve("log"));
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
