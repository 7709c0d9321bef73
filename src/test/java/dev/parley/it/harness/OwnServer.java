package dev.parley.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * Another server of the kind under test, for one test class alone, with all that {@code server-config} has for it: the data source and
 * TLS, too. It may be stopped. Used by one thread at a time.
 */
public final class OwnServer implements AutoCloseable {
    private final String name;
    private final Instance instance;
    private final Extras extras;

    private OwnServer(String name, Instance instance, Extras extras) {
        this.name = name;
        this.instance = instance;
        this.extras = extras;
    }

    /** Starts it; the data source is for a PostgreSQL that listens on this port of 127.0.0.1. */
    public static OwnServer start(int databasePort) {
        return start(databasePort, false);
    }

    /** The same, for applications of others. */
    public static OwnServer startForApplications(int databasePort) {
        return start(databasePort, true);
    }

    private static OwnServer start(int databasePort, boolean hasProfile) {
        String name = System.getProperty("it.server", "standalone");
        Path home = Path.of(System.getProperty("it.home", "")).toAbsolutePath();
        Extras extras = Extras.in(ServerFiles.fresh("extras"), databasePort, hasProfile);
        return new OwnServer(name, Servers.start(name, home, Optional.of(extras)), extras);
    }

    /** Deploys the archive of the build, which has its rooms in the database, at a context path. */
    public void deploy(String contextPath) throws Deployer.Refusal {
        Path war = ServerFiles.own("over-data-source.war");
        ParleyWar.with(ParleyWar.root(), "parley.backplane", "jndi:" + instance.dataSource())
                .as(ZipExporter.class)
                .exportTo(war.toFile(), true);
        instance.deploy(contextPath, war);
    }

    /** Deploys an archive at the context path that its name says. */
    public void deploy(WebArchive archive) throws Deployer.Refusal {
        Path war = ServerFiles.own(archive.getName());
        archive.as(ZipExporter.class).exportTo(war.toFile(), true);
        instance.deploy(Contexts.path(archive), war);
    }

    /** What it is, as tests are told of the one that they share. */
    public RunningServer running() {
        return new RunningServer(name, instance.pid(), Optional.of(instance), instance.logs());
    }

    /** Scheme, host and port without TLS, and a slash. */
    public URI site() {
        return instance.site();
    }

    /** Where it listens for TLS, on 127.0.0.1. */
    public int tlsPort() {
        return instance.tlsPort();
    }

    /** For clients that trust its certificate and no other. */
    public SSLContext trust() {
        try (InputStream in = Files.newInputStream(extras.keys())) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, Extras.PASSWORD.toCharArray());
            KeyStore certificates = KeyStore.getInstance("PKCS12");
            certificates.load(null, null);
            certificates.setCertificateEntry("parley", keys.getCertificate("parley"));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(certificates);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The options of its virtual machine, as {@code server-config} has them. */
    public String javaOptions() {
        return instance.javaOptions();
    }

    /** All that it has written: its log files of every kind, by name, and what its process has said. */
    public String logs() throws IOException {
        StringBuilder text = new StringBuilder(instance.process().whole() + "\n");
        if (instance.logs().isPresent()) {
            try (Stream<Path> files = Files.walk(instance.logs().get())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    text.append(file.getFileName())
                            .append(":\n")
                            .append(Files.readString(file))
                            .append('\n');
                }
            }
        }
        return text.toString();
    }

    /** Sends SIGTERM and returns at once. */
    public void terminate() {
        instance.process().terminate();
    }

    /** Waits for the end of its process; fails if it does not come in time. */
    public void awaitEnd(Duration atMost) {
        int unused = instance.process().exitStatus(atMost);
    }

    @Override
    public void close() {
        instance.close();
    }

    @Override
    public String toString() {
        return instance.toString();
    }
}
