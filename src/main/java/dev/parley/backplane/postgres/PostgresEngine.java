package dev.parley.backplane.postgres;

import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.lang.reflect.UndeclaredThrowableException;
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

    /**
     * The database at an address: {@code postgresql://user:password@host/database},
     * {@code jdbc:postgresql:…}, or {@code jndi:name} of a data source whose connections are PostgreSQL's.
     *
     * @throws IllegalArgumentException if it is none, in words that may repeat it
     * @throws BackplaneException if it is no address, in words that repeat nothing secret
     */
    public PostgresEngine(String address, int entriesPerRoom) {
        this.source = address.startsWith("jndi:") ? jndi(address.substring("jndi:".length())) : url(address);
        this.entriesPerRoom = entriesPerRoom;
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
        return opened(this::link);
    }

    private PostgresLink link(Connection connection) throws SQLException, LinkException {
        try (Statement statement = connection.createStatement()) {
            Schema.require(connection);
            statement.execute("SELECT set_config('synchronous_commit', 'on', false)"
                    + " WHERE current_setting('synchronous_commit') IN ('off', 'local')"); // acknowledged means kept
            try (ResultSet run = statement.executeQuery(
                    "SELECT to_hex((extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint)")) {
                if (!run.next()) {
                    throw new LinkException("PostgreSQL does not say since when it runs");
                }
                PostgresAppends appends = new PostgresAppends(new Sql(connection), run.getString(1), entriesPerRoom);
                return new PostgresLink(
                        connection,
                        new PostgresLog(new Sql(connection), appends),
                        new PostgresMembers(connection),
                        new PostgresShelf(connection),
                        new PostgresOutbox(connection, appends));
            }
        }
    }

    @Override
    public Listener listen(Set<RoomId> rooms) throws LinkException {
        return opened(connection -> new PostgresListener(connection, rooms));
    }

    /** A connection, and what is made of it; whatever fails, a pool gets its connection back. */
    private <T> T opened(Use<T> use) throws LinkException {
        Connection connection = null;
        try {
            connection = source.connection();
            if (connection == null) {
                throw new BackplaneException("not an address of PostgreSQL");
            }
            connection.setAutoCommit(true);
            if (connection.getNetworkTimeout() == 0) { // a data source's; an address has it among its properties
                connection.setNetworkTimeout(Runnable::run, TIMEOUT_MILLIS);
            }
            T made = use.of(connection);
            connection = null;
            return made;
        } catch (SQLException e) {
            throw lost(e);
        } catch (UndeclaredThrowableException e) {
            throw lost(hidden(e));
        } finally {
            if (connection != null) {
                close(connection);
            }
        }
    }

    /**
     * What a server's wrapper around a connection makes unrecognisable: GlassFish and Payara call the driver by reflection, and let
     * through what that throws about a connection that has just died.
     *
     * @throws UndeclaredThrowableException if it is something else
     */
    static SQLException hidden(UndeclaredThrowableException wrapped) {
        for (Throwable cause = wrapped.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e) {
                return e;
            }
        }
        throw wrapped;
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
        } catch (SQLException | UndeclaredThrowableException gone) {
            // that is what was wanted
        }
    }

    /** Ends it, although another thread may just be writing or reading. */
    static void cut(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException | UndeclaredThrowableException gone) {
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

    /** What becomes of a connection. */
    private interface Use<T> {
        T of(Connection connection) throws SQLException, LinkException;
    }

    /** Where connections come from. */
    private interface Source {
        @Nullable
        Connection connection() throws SQLException;
    }
}
