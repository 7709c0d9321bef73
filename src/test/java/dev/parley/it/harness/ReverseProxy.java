package dev.parley.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A reverse proxy of Debian's packages with the file of {@code server-config}, of which only what cannot be the same here is
 * changed: ports, addresses, and how long a quiet connection may last. It ends TLS with a certificate of its own making.
 */
public final class ReverseProxy implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String ALIAS = "proxy";

    private final ServerProcess process;
    private final Path directory;
    private final int port;

    private ReverseProxy(ServerProcess process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    /** nginx in front of the port of this machine. */
    public static ReverseProxy nginx(int behind, Duration idle) {
        Path directory = directory("nginx");
        int port = ServerFiles.freePorts(1).get(0);
        ServerFiles.write(directory.resolve("cert.pem"), certificate(directory));
        ServerFiles.write(directory.resolve("key.pem"), key(directory));
        ServerFiles.replace(
                directory.resolve("nginx.conf"),
                "listen 8443 ssl;",
                "listen 127.0.0.1:" + port + " ssl;",
                "server 127.0.0.1:8080;",
                "server 127.0.0.1:" + behind + ";",
                "75s",
                idle.toSeconds() + "s");
        return started(
                ServerProcess.start(
                        "nginx",
                        Map.of(),
                        List.of(
                                "/usr/sbin/nginx",
                                "-p",
                                directory.toString(),
                                "-c",
                                "nginx.conf",
                                "-g",
                                "daemon off;")),
                directory,
                port);
    }

    /** HAProxy in front of the port of this machine. */
    public static ReverseProxy haproxy(int behind, Duration idle) {
        Path directory = directory("haproxy");
        int port = ServerFiles.freePorts(1).get(0);
        ServerFiles.write(directory.resolve("parley.pem"), certificate(directory) + key(directory));
        ServerFiles.replace(
                directory.resolve("haproxy.cfg"),
                "bind :8443 ",
                "bind 127.0.0.1:" + port + " ",
                "server node1 127.0.0.1:8080 ",
                "server node1 127.0.0.1:" + behind + " ",
                "75s",
                idle.toSeconds() + "s");
        return started(
                ServerProcess.start(
                        "haproxy",
                        Map.of(),
                        List.of("/usr/sbin/haproxy", "-W", "-C", directory.toString(), "-f", "haproxy.cfg")),
                directory,
                port);
    }

    /** A fresh one with the proxy's files, and a key. */
    private static Path directory(String name) {
        Path directory = ServerFiles.fresh(name);
        ServerFiles.copy(ServerFiles.config(name), directory);
        Command.run(
                "keytool",
                Map.of(),
                Jdk.ofTests().home().resolve("bin/keytool").toString(),
                "-genkeypair",
                "-keystore",
                directory.resolve("proxy.p12").toString(),
                "-storepass",
                String.valueOf(PASSWORD),
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=IP:127.0.0.1");
        return directory;
    }

    private static ReverseProxy started(ServerProcess process, Path directory, int port) {
        ReverseProxy proxy = new ReverseProxy(process, directory, port);
        try {
            Await.until(START, "the proxy listens", proxy::isListening);
            return proxy;
        } catch (AssertionError e) {
            process.close();
            throw new AssertionError("the proxy did not start; " + process, e);
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static KeyStore keys(Path directory) {
        try (InputStream in = Files.newInputStream(directory.resolve("proxy.p12"))) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD);
            return keys;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String certificate(Path directory) {
        try {
            return pem("CERTIFICATE", keys(directory).getCertificate(ALIAS).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String key(Path directory) {
        try {
            return pem("PRIVATE KEY", keys(directory).getKey(ALIAS, PASSWORD).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String what, byte[] bytes) {
        String lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes);
        return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    }

    /** For clients that trust this proxy's certificate and no other. */
    public SSLContext trust() {
        try {
            KeyStore certificates = KeyStore.getInstance("PKCS12");
            certificates.load(null, null);
            certificates.setCertificateEntry(ALIAS, keys(directory).getCertificate(ALIAS));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(certificates);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Where it listens for TLS, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** What it has written about requests, so far. */
    public String accessLog() {
        Path file = directory.resolve("access.log");
        try {
            return Files.exists(file)
                    ? Files.readString(file)
                    : String.join("\n", process.out().lines());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it in good order; fails if it has to be killed. */
    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return process.toString();
    }
}
