package dev.parley.it.harness;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.core.api.InstanceProducer;
import org.jboss.arquillian.core.api.annotation.ApplicationScoped;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;

/** The archive as its own server: deploying it is starting it, undeploying is SIGTERM. */
public final class StandaloneContainer implements DeployableContainer<StandaloneConfiguration> {
    @Inject
    @ApplicationScoped
    private InstanceProducer<RunningServer> server;

    private StandaloneConfiguration configuration;
    private ExecutableWar running;

    @Override
    public Class<StandaloneConfiguration> getConfigurationClass() {
        return StandaloneConfiguration.class;
    }

    @Override
    public void setup(StandaloneConfiguration read) {
        configuration = read;
    }

    @Override
    public ProtocolDescription getDefaultProtocol() {
        return new ProtocolDescription("Local");
    }

    @Override
    public ProtocolMetaData deploy(Archive<?> archive) throws DeploymentException {
        if (running != null) {
            throw new DeploymentException("one archive is one server; undeploy the first one");
        }
        try {
            Path directory = Files.createDirectories(ServerProcess.directory().resolve("standalone"));
            Path war = directory.resolve(archive.getName());
            archive.as(ZipExporter.class).exportTo(war.toFile(), true);
            running = ExecutableWar.start(
                    war,
                    List.of(configuration.javaOptions().split(" ")),
                    Map.of(),
                    "--host",
                    "127.0.0.1",
                    "--port",
                    "0",
                    "--context",
                    Contexts.path(archive));
            URI site = URI.create(running.url().toString());
            server.set(new RunningServer("standalone", running.pid(), Optional.empty()));
            return Contexts.at(site, archive);
        } catch (IOException | AssertionError e) {
            throw new DeploymentException("it did not start", e);
        }
    }

    @Override
    public void undeploy(Archive<?> archive) throws DeploymentException {
        ExecutableWar ending = running;
        running = null;
        try {
            ending.close();
        } catch (AssertionError e) {
            throw new DeploymentException("it did not stop", e);
        }
    }
}
