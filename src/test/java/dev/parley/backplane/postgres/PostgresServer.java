package dev.parley.backplane.postgres;

import dev.parley.Programs;
import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.EnginePrograms;
import dev.parley.backplane.PrivateCa;
import dev.parley.backplane.TwoNodes;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * A real PostgreSQL, see {@link EnginePrograms}. It refuses to run as root, so then it runs as {@code nobody}. It keeps what it
 * acknowledges, as it is by default.
 */
public final class PostgresServer extends EngineProcess {
    private static final String NOBODY = "nobody";

    private final Path programs = EnginePrograms.postgres();
    private final List<String> options;

    private PostgresServer(Path directory, List<String> options) throws IOException {
        super(directory);
        this.options = options;
    }

    public static PostgresServer launch() throws IOException, InterruptedException {
        return launch(List.of());
    }

    /** One that also takes TLS, with a certificate of the authority. */
    public static PostgresServer launch(PrivateCa ca) throws IOException, InterruptedException {
        Path key =
                Files.copy(ca.key(), Files.createTempDirectory("parley-key").resolve("server.key")); // must be its own
        if (isRoot()) {
            Files.setPosixFilePermissions(key.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
            run(List.of("chown", NOBODY, key.toString()));
        }
        Path certificate = Files.copy(ca.certificate(), key.resolveSibling("server.crt"));
        return launch(List.of("-c", "ssl=on", "-c", "ssl_cert_file=" + certificate, "-c", "ssl_key_file=" + key));
    }

    private static PostgresServer launch(List<String> options) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("parley-postgres");
        PostgresServer server = new PostgresServer(directory, options);
        if (isRoot()) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            run(List.of("chown", NOBODY, directory.toString()));
        }
        server.makeEmpty();
        server.start();
        return server;
    }

    /** One more database, of the name of its user, in which only their password lets them in; it has nothing in it. */
    public void makeDatabaseWith(String password) throws IOException, InterruptedException {
        sql("ALTER ROLE parley PASSWORD '" + password + "'");
        sql("CREATE DATABASE parley");
        Path rules = data().resolve("pg_hba.conf");
        Files.writeString(rules, "host parley all 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
        sql("SELECT pg_reload_conf()");
    }

    /** While it is down: everything is new, or made anew. */
    void makeEmpty() throws InterruptedException {
        run(List.of("rm", "-rf", data().toString()));
        run(asUser(
                programs.resolve("initdb").toString(),
                "-D",
                data().toString(),
                "-U",
                "parley",
                "--auth=trust",
                "-E",
                "UTF8",
                "--no-sync"));
    }

    private Path data() {
        return directory.resolve("data");
    }

    /** While it is down: keeps what it has, for {@link #restore}. */
    void copy() throws InterruptedException {
        run(List.of("cp", "-a", data().toString(), directory.resolve("copy").toString()));
    }

    /** While it is down: goes back to what it had. */
    void restore() throws InterruptedException {
        run(List.of("rm", "-rf", data().toString()));
        run(List.of("mv", directory.resolve("copy").toString(), data().toString()));
    }

    /** With those that serve its connections. */
    @Override
    public void freeze() throws InterruptedException {
        for (long server : servers()) {
            Programs.signal(server, "STOP");
        }
        super.freeze();
    }

    @Override
    public void thaw() throws InterruptedException {
        super.thaw();
        for (long server : servers()) {
            Programs.signal(server, "CONT");
        }
    }

    /** Its processes, one for each connection and a few more. */
    private List<Long> servers() {
        return ProcessHandle.of(pid())
                .orElseThrow()
                .children()
                .map(ProcessHandle::pid)
                .toList();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static List<String> asUser(String... command) {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--clear-groups", "--"));
        }
        all.addAll(Arrays.asList(command));
        return all;
    }

    @Override
    protected List<String> command() {
        List<String> command = asUser(
                programs.resolve("postgres").toString(),
                "-D",
                data().toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=200",
                "-c",
                "max_prepared_transactions=5");
        command.addAll(options);
        return command;
    }

    @Override
    protected boolean answers() {
        try (Connection connection = connect("parley")) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    @Override
    public String address(int throughPort) {
        return "postgresql://parley@127.0.0.1:" + throughPort + "/postgres";
    }

    /**
     * Two nodes over a database that knows nothing any more, where somebody else has made the tables: with no more rights than
     * those of {@code server-config}. An application, {@code shop}, may publish.
     */
    TwoNodes.Nodes twoNodes(int entriesPerRoom, String secret) {
        List<String> all = tables(Schema.REVISION);
        all.add(text("server-config/postgresql/grants.sql"));
        all.add(text("server-config/postgresql/publisher.sql"));
        all.add("CREATE ROLE shop LOGIN IN ROLE parley_publisher");
        sql(all);
        return nodes(address().replace("parley@", "parley_node@"), entriesPerRoom, secret);
    }

    /** Those of a revision, in a database that knows nothing else any more. */
    void makeTables(int revision) {
        sql(tables(revision));
    }

    /** What makes them. */
    private static List<String> tables(int revision) {
        List<String> all = new ArrayList<>();
        all.add("DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
                + " DROP ROLE IF EXISTS shop, parley_publisher, parley_node; CREATE ROLE parley_node LOGIN");
        for (int next = 1; next <= revision; next++) {
            all.add(text("src/main/resources/dev/parley/backplane/postgres/schema-" + next + ".sql"));
        }
        return all;
    }

    /** A connection of somebody's own. */
    Connection connect(String user) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        return new Driver().connect("jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
    }

    /** Two nodes over a database that knows nothing any more, where they make the tables. They have an address of their own. */
    TwoNodes.Nodes twoNodes(String address, int entriesPerRoom, String secret) {
        sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        return nodes(address, entriesPerRoom, secret);
    }

    private static TwoNodes.Nodes nodes(String address, int entriesPerRoom, String secret) {
        return new TwoNodes.Nodes(
                EngineBackplane.start(
                        new PostgresEngine(address, entriesPerRoom),
                        EngineBackplane.Timing.USUAL,
                        secret,
                        new Budget(Long.MAX_VALUE),
                        new Threads()),
                EngineBackplane.start(
                        new PostgresEngine(address, entriesPerRoom),
                        EngineBackplane.Timing.USUAL,
                        secret,
                        new Budget(Long.MAX_VALUE),
                        new Threads()));
    }

    /** Where nodes find it by TLS. */
    public String tlsAddress(String host, PrivateCa ca) {
        return "postgresql://parley@" + host + ":" + port + "/postgres?sslmode=verify-full&sslrootcert="
                + ca.authority();
    }

    /** Whether each of the nodes' connections is by TLS. */
    public List<Boolean> tls() throws InterruptedException {
        return sql("SELECT ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE application_name = 'parley'")
                .lines()
                .map("t"::equals)
                .toList();
    }

    /** How long files may become that grow from now on; 0 for as long as they like. What it has in use is longer already. */
    void limitFiles(long bytes) throws InterruptedException {
        String limit = bytes == 0 ? "unlimited" : Long.toString(bytes);
        List<Long> processes = new ArrayList<>(servers());
        processes.add(pid());
        for (long process : processes) {
            run(asUser("prlimit", "--pid", Long.toString(process), "--fsize=" + limit + ":"));
        }
    }

    /** What psql would answer, without headings: a row a line, columns between strokes. */
    String sql(String statements) {
        return sql(List.of(statements));
    }

    /** Over one connection, because that takes longer to make than most of what is said over it. */
    private String sql(List<String> all) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = connect("parley");
                Statement statement = connection.createStatement()) {
            for (String statements : all) {
                answers(statement, statements, rows);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return String.join("\n", rows);
    }

    private static void answers(Statement statement, String statements, List<String> rows) throws SQLException {
        boolean isTable = statement.execute(statements);
        while (isTable || statement.getUpdateCount() != -1) {
            if (isTable) {
                ResultSet table = statement.getResultSet();
                while (table.next()) {
                    List<String> columns = new ArrayList<>();
                    for (int i = 1; i <= table.getMetaData().getColumnCount(); i++) {
                        columns.add(Objects.requireNonNullElse(table.getString(i), ""));
                    }
                    rows.add(String.join("|", columns));
                }
            }
            isTable = statement.getMoreResults();
        }
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
