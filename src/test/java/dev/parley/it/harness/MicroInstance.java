package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Payara Micro with {@code server-config/payara-micro} applied before it starts. The first application is given to it at its start,
 * as an operator does it; the others are deployed to the same process by its interface for programs.
 */
final class MicroInstance implements Instance {
    private static final Pattern UP = Pattern.compile(".*Payara Micro .* ready in .*");
    private static final Pattern OUTCOME = Pattern.compile("HOST (done|refused|failed) ?(.*)");
    private static final Duration START = Duration.ofMinutes(2);

    private final String name;
    private final Path jar;
    private final Jdk jdk;
    private final Optional<Extras> extras;
    private ServerProcess process;
    private Path directory;
    private int port;
    private int tlsPort;

    MicroInstance(String name, Path jar, Jdk jdk, Optional<Extras> extras) {
        this.name = name;
        this.jar = jar;
        this.jdk = jdk;
        this.extras = extras;
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        if (process == null) {
            process = start(contextPath, war);
        } else {
            tell(process, "deploy\t" + id(contextPath) + "\t" + contextPath + "\t" + war);
        }
    }

    private ServerProcess start(String contextPath, Path war) {
        directory = ServerFiles.fresh(name, extras);
        List<Integer> ports = ServerFiles.freePorts(2);
        port = ports.get(0);
        tlsPort = ports.get(1);
        // It would listen on every interface; it has no option for that, but takes commands before it listens.
        Path before = directory.resolve("before.asadmin");
        ServerFiles.copy(ServerFiles.config("payara-micro").resolve("parley.asadmin"), before);
        for (String listener : List.of("http-listener", "https-listener")) {
            ServerFiles.append(
                    before,
                    "set configs.config.server-config.network-config.network-listeners.network-listener." + listener
                            + ".address=127.0.0.1\n");
        }
        Path after = directory.resolve("after.asadmin");
        ServerFiles.write(after, TestOperators.commands(directory));
        ServerFiles.write(directory.resolve("log/.keep"), "");
        Path archive = directory.resolve(id(contextPath) + ".war"); // the application's name
        ServerFiles.copy(war, archive);
        List<String> command = new ArrayList<>(List.of(jdk.java(), "-Xmx384m", "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(exportsAndOpens());
        extras.ifPresent(add -> command.addAll(List.of(
                "-Djavax.net.ssl.keyStore=" + add.keys(), "-Djavax.net.ssl.keyStorePassword=" + Extras.PASSWORD)));
        command.addAll(List.of(
                "-cp",
                jar.toString(),
                Path.of("src/test/payara-micro/Host.java").toAbsolutePath().toString(),
                "--rootdir",
                directory.resolve("root").toString(),
                "--nocluster",
                "--disablephonehome",
                "--port",
                Integer.toString(port),
                "--prebootcommandfile",
                before.toString(),
                "--postbootcommandfile",
                after.toString(),
                "--accesslog",
                directory.resolve("log").toString(),
                "--deploy",
                archive.toString(),
                "--contextroot",
                contextPath));
        extras.ifPresent(add -> {
            ServerFiles.append(after, add.dataSource(ServerFiles.config("payara-micro")));
            command.addAll(List.of(
                    "--sslport", Integer.toString(tlsPort), "--sslcert", "parley", "--addlibs", add.driver() + ""));
        });
        ServerProcess starting = ServerProcess.startListening(name, Map.of(), command);
        try {
            starting.await(UP, 0, START);
            return starting;
        } catch (AssertionError e) {
            starting.close();
            throw e;
        }
    }

    /** What {@code java -jar} takes from the archive's manifest, as options. */
    private List<String> exportsAndOpens() {
        List<String> options = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            Attributes manifest = file.getManifest().getMainAttributes();
            for (String name : List.of("Add-Exports", "Add-Opens")) {
                for (String module : manifest.getValue(name).split(" ")) {
                    options.add("--" + name.toLowerCase(Locale.ROOT) + "=" + module + "=ALL-UNNAMED");
                }
            }
            return options;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void tell(ServerProcess process, String command) throws Refusal {
        int mark = process.mark();
        process.say(command);
        MatchResult outcome = process.await(OUTCOME, mark, START);
        if (!outcome.group(1).equals("done")) {
            throw new Refusal(outcome.group());
        }
    }

    private static String id(String contextPath) {
        return contextPath.equals("/") ? "ROOT" : contextPath.substring(1);
    }

    @Override
    public void undeploy(String contextPath) throws Refusal {
        tell(running(), "undeploy\t" + id(contextPath));
    }

    private ServerProcess running() {
        if (process == null) {
            throw new IllegalStateException("nothing is deployed");
        }
        return process;
    }

    @Override
    public URI site() {
        return URI.create("http://127.0.0.1:" + port + "/");
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
    public Optional<Path> logs() {
        return Optional.of(directory.resolve("log"));
    }

    @Override
    public ServerProcess process() {
        return running();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }

    @Override
    public String toString() {
        return String.valueOf(process);
    }
}
