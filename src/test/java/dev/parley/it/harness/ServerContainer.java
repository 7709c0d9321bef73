package dev.parley.it.harness;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
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

/** Any of the servers to Arquillian: one {@link Instance} for all deployments of a run. */
public final class ServerContainer implements DeployableContainer<ServerConfiguration> {
    @Inject
    @ApplicationScoped
    private InstanceProducer<RunningServer> server;

    private ServerConfiguration configuration;
    private Instance instance;

    @Override
    public Class<ServerConfiguration> getConfigurationClass() {
        return ServerConfiguration.class;
    }

    @Override
    public void setup(ServerConfiguration read) {
        configuration = read;
    }

    @Override
    public ProtocolDescription getDefaultProtocol() {
        return new ProtocolDescription("Local");
    }

    @Override
    public void start() throws LifecycleException {
        try {
            instance = Servers.start(configuration.name(), configuration.home(), Optional.empty());
        } catch (AssertionError | UncheckedIOException e) {
            throw new LifecycleException(configuration.name() + " did not start", e);
        }
    }

    @Override
    public void stop() throws LifecycleException {
        try {
            instance.close();
        } catch (AssertionError e) {
            throw new LifecycleException(configuration.name() + " did not stop", e);
        }
    }

    @Override
    public ProtocolMetaData deploy(Archive<?> archive) throws DeploymentException {
        Path war = ServerFiles.own(archive.getName());
        archive.as(ZipExporter.class).exportTo(war.toFile(), true);
        try {
            instance.deploy(Contexts.path(archive), war);
        } catch (Deployer.Refusal | AssertionError e) {
            throw new DeploymentException(e.getMessage() + "\n" + instance, e);
        }
        Optional<Deployer> deployer = instance.isShared() ? Optional.of(instance) : Optional.empty();
        server.set(new RunningServer(configuration.name(), instance.pid(), deployer, instance.logs()));
        return Contexts.at(instance.site(), archive);
    }

    @Override
    public void undeploy(Archive<?> archive) throws DeploymentException {
        try {
            instance.undeploy(Contexts.path(archive));
        } catch (Deployer.Refusal | AssertionError e) {
            throw new DeploymentException(e.getMessage() + "\n" + instance, e);
        }
    }
}
