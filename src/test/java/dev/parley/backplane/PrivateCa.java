package dev.parley.backplane;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * An authority that nobody else trusts, and a certificate of it for {@code localhost}, and for no address: files for engines and
 * for those who are to trust it.
 */
public record PrivateCa(Path directory) {
    private static final String PASSWORD = "changeit";

    /** Makes them, with the {@code openssl} of the path. */
    public static PrivateCa in(Path directory) throws IOException, InterruptedException {
        PrivateCa ca = new PrivateCa(directory);
        ca.openssl(ca.authority(), directory.resolve("ca.key"), "/CN=nobody's authority", List.of());
        ca.openssl(
                ca.certificate(),
                ca.key(),
                "/CN=engine",
                List.of(
                        "-CA",
                        ca.authority().toString(),
                        "-CAkey",
                        directory.resolve("ca.key").toString(),
                        "-addext",
                        "subjectAltName=DNS:localhost"));
        return ca;
    }

    private void openssl(Path certificate, Path key, String name, List<String> more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-newkey", "ec"));
        command.addAll(List.of("-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", name));
        command.addAll(List.of("-keyout", key.toString(), "-out", certificate.toString()));
        command.addAll(more);
        String unused = EngineProcess.run(command);
    }

    /** What whoever trusts it has, as PEM. */
    public Path authority() {
        return directory.resolve("ca.crt");
    }

    public Path certificate() {
        return directory.resolve("server.crt");
    }

    public Path key() {
        return directory.resolve("server.key");
    }

    /** The options of a virtual machine that trusts it and nobody else. */
    public List<String> trust() throws IOException, GeneralSecurityException {
        Path file = directory.resolve("trust.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(authority());
                OutputStream out = Files.newOutputStream(file)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            store.store(out, PASSWORD.toCharArray());
        }
        return List.of("-Djavax.net.ssl.trustStore=" + file, "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
    }
}
