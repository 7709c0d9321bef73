package dev.parley.backplane.postgres;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/** PostgreSQL 15 or newer as an engine, by URL or by the server's data source. Thread-safe. */
public final class PostgresEngine implements Engine {
    private static final Pattern AWAY = Pattern.compile("08...|57P0.|25006|40001|40P01|55P03|53300");

    private final Source source;
    private final int entriesPerRoom;

    private PostgresEngine(Source source, int entriesPerRoom) {
        this.source = source;
        this.entriesPerRoom = entriesPerRoom;
    }

    /**
     * A node over the database at an address: {@code postgresql://user:password@host/database},
     * {@code jdbc:postgresql:…}, or {@code jndi:name} of a data source whose connections are PostgreSQL's.
     *
     * @throws IllegalArgumentException if it is none, in words that may repeat it
     * @throws BackplaneException if it is no address, in words that repeat nothing secret, or if the database is there and cannot
     *     be used
     */
    public static Backplane start(String address, int entriesPerRoom, EngineBackplane.Timing timing, String secret) {
        return start(address, entriesPerRoom, timing, secret, Budget.unlimited(), new Threads());
    }

    /** As above, with the node's budget and threads. */
    public static Backplane start(
            String address,
            int entriesPerRoom,
            EngineBackplane.Timing timing,
            String secret,
            Budget budget,
            Threads threads) {
        Source source = address.startsWith("jndi:") ? jndi(address.substring("jndi:".length())) : url(address);
        return EngineBackplane.start(new PostgresEngine(source, entriesPerRoom), timing, secret, budget, threads);
    }

    private static Source url(String address) {
        Properties properties = new Properties();
        String seconds = Integer.toString(TIMEOUT_MILLIS / 1000);
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("socketTimeout", seconds);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("targetServerType", "primary");
        properties.setProperty("ApplicationName", "parley");
        String url = address.startsWith("jdbc:") ? address : jdbc(address, properties);
        Driver driver = new Driver(); // asked directly: the manager would find it for every application of the server
        if (!driver.acceptsURL(url)) {
            throw new BackplaneException("not an address that PostgreSQL's driver understands");
        }
        return () -> driver.connect(url, properties);
    }

    private static String jdbc(String address, Properties properties) {
        int start = address.indexOf("://") + 3;
        int end = address.indexOf('/', start);
        if (end < 0) {
            throw new BackplaneException("an address of PostgreSQL ends in /database");
        }
        int at = address.lastIndexOf('@', end);
        if (at < 0) {
            return "jdbc:" + address;
        }
        String[] credential = address.substring(start, at).split(":", 2);
        properties.setProperty("user", decode(credential[0]));
        properties.setProperty("password", credential.length < 2 ? "" : decode(credential[1]));
        return "jdbc:postgresql://" + address.substring(at + 1);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @SuppressWarnings("BanJNDI") // the name is the operator's, and the directory the server's own
    private static Source jndi(String name) {
        return () -> {
            try {
                return ((DataSource) new InitialContext().lookup(name)).getConnection();
            } catch (NamingException | ClassCastException e) {
                throw new BackplaneException("there is no data source of this name: " + name);
            }
        };
    }

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public boolean hasOutbox() {
        return true;
    }

    @Override
    public Link connect() throws LinkException {
        Connection connection = open();
        try (Statement statement = connection.createStatement()) {
            Schema.require(connection);
            statement.execute("SELECT set_config('synchronous_commit', 'on', false)"
                    + " WHERE current_setting('synchronous_commit') IN ('off', 'local')"); // acknowledged means kept
            try (ResultSet run = statement.executeQuery(
                    "SELECT to_hex((extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint)")) {
                if (!run.next()) {
                    throw new LinkException("PostgreSQL does not say since when it runs");
                }
                PostgresLog log = new PostgresLog(connection, run.getString(1), entriesPerRoom);
                return new PostgresLink(
                        connection,
                        log,
                        new PostgresMembers(connection),
                        new PostgresShelf(connection),
                        new PostgresOutbox(connection, log));
            }
        } catch (SQLException e) {
            close(connection);
            throw lost(e);
        } catch (LinkException | RuntimeException e) {
            close(connection);
            throw e;
        }
    }

    @Override
    public Listener listen(Set<RoomId> rooms) throws LinkException {
        Connection connection = open();
        try {
            return new PostgresListener(connection, rooms);
        } catch (SQLException e) {
            close(connection);
            throw lost(e);
        }
    }

    private Connection open() throws LinkException {
        try {
            Connection connection = source.connection();
            if (connection == null) {
                throw new BackplaneException("not an address of PostgreSQL");
            }
            connection.setAutoCommit(true);
            if (connection.getNetworkTimeout() == 0) { // a data source's; an address has it among its properties
                connection.setNetworkTimeout(Runnable::run, TIMEOUT_MILLIS);
            }
            return connection;
        } catch (SQLException e) {
            throw lost(e);
        }
    }

    /**
     * The one place that tells an answer from an absence. The classes of connections, of the operator's intervention and of
     * failovers are an absence, and so are conflicts with others, which go by when it is asked again; the rest is an answer.
     *
     * @throws BackplaneException if PostgreSQL refuses what it was asked
     */
    static LinkException failure(SQLException e) {
        String state = e.getSQLState();
        if (state == null || AWAY.matcher(state).matches()) {
            return lost(e);
        }
        throw new BackplaneException("PostgreSQL: state " + state); // messages may repeat what was sent
    }

    /** Only the state: messages may repeat what was sent. */
    static LinkException lost(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        String why = switch (state) {
            case "28000", "28P01" -> "PostgreSQL refuses the user or the password";
            case "3D000" -> "PostgreSQL has no database of this name";
            case "53300" -> "PostgreSQL has no connection left for us";
            case "08001" -> "PostgreSQL does not answer";
            default -> "PostgreSQL";
        };
        return new LinkException(why + ": state " + state, e);
    }

    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException gone) {
            // that is what was wanted
        }
    }

    /** Ends it, although another thread may just be writing or reading. */
    static void cut(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException gone) {
            // that is what was wanted
        }
    }

    /** Every connection is closed by the thread that holds it; the driver has registered itself for all when it was loaded. */
    @Override
    public void close() {
        try {
            if (Driver.isRegistered() && Driver.class.getClassLoader() == PostgresEngine.class.getClassLoader()) {
                Driver.deregister();
            }
        } catch (SQLException notOurs) {
            // then it is not ours to take away
        }
    }

    /** Where connections come from. */
    private interface Source {
        @Nullable
        Connection connection() throws SQLException;
    }
}
