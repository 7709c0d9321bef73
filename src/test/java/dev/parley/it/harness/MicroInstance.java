package dev.parley.it.harness;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Payara Micro: an application is a process of its own, given to it at its start. */
final class MicroInstance implements Instance {
    private static final Pattern UP = Pattern.compile(".*Payara Micro .* ready in .*");
    private static final Duration START = Duration.ofMinutes(2);

    private final Path jar;
    private ServerProcess process;
    private int port;

    MicroInstance(Path jar) {
        this.jar = jar;
    }

    @Override
    public void deploy(String contextPath, Path war) throws Refusal {
        if (process != null) {
            throw new Refusal("one archive is one server; undeploy the first one");
        }
        Path directory = ServerFiles.fresh("payara-micro");
        port = ServerFiles.freePorts(1).get(0);
        // It would listen on every interface; it has no option for that, but takes commands before it listens.
        Path before = directory.resolve("before.asadmin");
        ServerFiles.copy(ServerFiles.config("payara-micro").resolve("parley.asadmin"), before);
        ServerFiles.append(
                before,
                "set configs.config.server-config.network-config.network-listeners.network-listener.http-listener"
                        + ".address=127.0.0.1\n");
        Path after = directory.resolve("after.asadmin");
        ServerFiles.write(after, TestOperators.commands(directory));
        process = ServerProcess.start(
                "payara-micro",
                Map.of(),
                List.of(
                        Jdk.ofTests().java(),
                        "-Xmx384m",
                        "-jar",
                        jar.toString(),
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
                        "--deploy",
                        war.toString(),
                        "--contextroot",
                        contextPath));
        try {
            process.await(UP, 0, START);
        } catch (AssertionError e) {
            process.close();
            process = null;
            throw e;
        }
    }

    @Override
    public void undeploy(String contextPath) {
        ServerProcess ending = process;
        process = null;
        ending.close();
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
    public boolean isShared() {
        return false;
    }

    @Override
    public void close() {
        if (process != null) {
            undeploy("/");
        }
    }

    @Override
    public String toString() {
        return String.valueOf(process);
    }
}
