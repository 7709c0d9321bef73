package dev.parley.it.harness;

import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code server-config} leaves to the operator to add: the data source, whose database listens on a port of 127.0.0.1 and is
 * otherwise as the files say, and TLS, with a key at hand that has the password that the files say.
 *
 * @param databasePort where PostgreSQL listens
 * @param directory where the key is, and the database's driver
 * @param hasProfile whether it is for applications of others, which need all of the Web Profile where the server has that
 */
record Extras(int databasePort, Path directory, boolean hasProfile) {
    /** As every file of {@code server-config} has it where an operator has not chosen yet. */
    static final String PASSWORD = "change-me";

    /** The extras with a new key for 127.0.0.1, and the driver that the tests have on their own class path. */
    static Extras in(Path directory, int databasePort, boolean hasProfile) {
        Extras extras = new Extras(databasePort, directory, hasProfile);
        Command.run(
                "keytool",
                Map.of(),
                Jdk.ofTests().home().resolve("bin/keytool").toString(),
                "-genkeypair",
                "-keystore",
                extras.keys().toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                "parley",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=DNS:localhost,IP:127.0.0.1");
        ServerFiles.copy(
                Path.of(org.postgresql.Driver.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath()),
                extras.driver());
        return extras;
    }

    /** Puts the key into a store of Payara's or GlassFish's, with the password that those come with. */
    void importKeys(Path store) {
        Command.run(
                "keytool",
                Map.of(),
                Jdk.ofTests().home().resolve("bin/keytool").toString(),
                "-importkeystore",
                "-noprompt",
                "-srckeystore",
                keys().toString(),
                "-srcstorepass",
                PASSWORD,
                "-srcalias",
                "parley",
                "-destkeystore",
                store.toString(),
                "-deststorepass",
                "changeit",
                "-destkeypass",
                "changeit");
    }

    /** What {@code asadmin} is told of the data source: the file of {@code server-config}, and another port. */
    String dataSource(Path config) {
        return ServerFiles.read(config.resolve("parley-datasource.asadmin"))
                + "\ncreate-system-properties database.port=" + databasePort + "\n";
    }

    /** A key and its certificate, by the name {@code parley}, in PKCS #12. */
    Path keys() {
        return directory.resolve("parley.p12");
    }

    Path driver() {
        return directory.resolve("postgresql.jar");
    }
}
