package dev.parley.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.container.LifecycleException;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.core.api.InstanceProducer;
import org.jboss.arquillian.core.api.annotation.ApplicationScoped;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;

/**
 * A Tomcat as it is downloaded, started with its own script. One process for all deployments, which go through the
 * manager application, as an operator's do.
 */
public final class TomcatContainer implements DeployableContainer<TomcatConfiguration> {
    private static final Pattern UP = Pattern.compile(".*Server startup in .*");
    private static final Duration START = Duration.ofSeconds(60);
    /** A free port can be taken by somebody else before the server binds it. */
    private static final int ATTEMPTS = 3;

    @Inject
    @ApplicationScoped
    private InstanceProducer<RunningServer> server;

    private TomcatConfiguration configuration;
    private ServerProcess process;
    private URI site;
    private TomcatManager manager;

    @Override
    public Class<TomcatConfiguration> getConfigurationClass() {
        return TomcatConfiguration.class;
    }

    @Override
    public void setup(TomcatConfiguration read) {
        configuration = read;
    }

    @Override
    public ProtocolDescription getDefaultProtocol() {
        return new ProtocolDescription("Local");
    }

    @Override
    public void start() throws LifecycleException {
        for (int attempt = 1; ; attempt++) {
            try {
                launch();
                return;
            } catch (AssertionError | UncheckedIOException e) {
                if (attempt == ATTEMPTS) {
                    throw new LifecycleException(configuration.name() + " did not start", e);
                }
            }
        }
    }

    private void launch() {
        int port = freePort();
        String password = UUID.randomUUID().toString();
        Path base = ServerProcess.directory().resolve(configuration.name());
        TomcatBase.create(configuration.home(), base, port, password);
        ServerProcess launched = ServerProcess.start(
                configuration.name(),
                Map.of(
                        "CATALINA_HOME", configuration.home().toString(),
                        "CATALINA_BASE", base.toString(),
                        "JAVA_HOME", System.getProperty("java.home"),
                        "CATALINA_OPTS", configuration.javaOptions()),
                List.of("sh", configuration.home().resolve("bin/catalina.sh").toString(), "run"));
        try {
            if (launched.err().await(UP, START).isEmpty()) {
                throw new AssertionError("it did not say that it is up; " + launched);
            }
            site = URI.create("http://127.0.0.1:" + port + "/");
            manager = new TomcatManager(site.resolve("manager/text/"), TomcatBase.MANAGER, password);
            manager.list();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            launched.close();
            throw new AssertionError("interrupted while waiting for the start", e);
        } catch (TomcatManager.Refusal | AssertionError | UncheckedIOException e) {
            launched.close();
            throw new AssertionError("the manager does not answer", e);
        }
        process = launched;
        server.set(new RunningServer(configuration.name(), process.pid(), Optional.of(manager)));
    }

    @Override
    public void stop() throws LifecycleException {
        try {
            process.close();
        } catch (AssertionError e) {
            throw new LifecycleException(configuration.name() + " did not stop", e);
        }
    }

    @Override
    public ProtocolMetaData deploy(Archive<?> archive) throws DeploymentException {
        Path war = ServerProcess.directory().resolve(configuration.name()).resolve(archive.getName());
        archive.as(ZipExporter.class).exportTo(war.toFile(), true);
        try {
            manager.deploy(Contexts.path(archive), war);
        } catch (TomcatManager.Refusal e) {
            throw new DeploymentException(e.getMessage() + "\n" + process, e);
        }
        return Contexts.at(site, archive);
    }

    @Override
    public void undeploy(Archive<?> archive) throws DeploymentException {
        try {
            manager.undeploy(Contexts.path(archive));
        } catch (TomcatManager.Refusal e) {
            throw new DeploymentException(e.getMessage() + "\n" + process, e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
