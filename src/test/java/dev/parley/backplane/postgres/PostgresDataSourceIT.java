package dev.parley.backplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.backplane.ClusterContract;
import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Through a data source of the server, whose driver is not the application's own, and whose connections are wrapped. */
@Tag("standalone") // no server is needed, so once is enough
final class PostgresDataSourceIT extends ClusterContract {
    private static PostgresServer server;
    private static URLClassLoader servers;
    private static Driver driver;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.launch();
        URL jar = org.postgresql.Driver.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation();
        servers = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
        driver = (Driver) servers.loadClass(org.postgresql.Driver.class.getName())
                .getConstructor()
                .newInstance();
        System.setProperty(Context.INITIAL_CONTEXT_FACTORY, Directory.class.getName());
    }

    @AfterAll
    static void stopServer() throws Exception {
        System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
        servers.close();
        server.close();
    }

    @Override
    protected Nodes start(int entriesPerRoom) throws Exception {
        return server.twoNodes("jndi:jdbc/parley", entriesPerRoom, "a secret");
    }

    /** As GlassFish's pool does: it hands out what has just died, and hides what the driver says of it. */
    @Test
    void poolGetsBackEveryConnectionThatDied() throws Exception {
        await().untilAsserted(() -> assertThat(OUT).hasValue(USED));
        DEAD.set(30);
        try (Connection own = Wrapping.connect();
                Statement statement = own.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
        }
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(DEAD).hasValueLessThanOrEqualTo(0);
            assertThat(here.health().isReachable()).isTrue();
            assertThat(there.health().isReachable()).isTrue();
            assertThat(OUT).hasValue(USED);
        });
    }

    /** By two nodes: what the shipped pools must have room for. */
    private static final int USED = 14;

    private static final AtomicInteger OUT = new AtomicInteger();
    private static final AtomicInteger DEAD = new AtomicInteger();

    /** A server's directory of names, in which there is one. */
    public static final class Directory implements InitialContextFactory {
        @Override
        public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
            return new InitialContext(true) {
                @Override
                public Object lookup(String name) throws NamingException {
                    if (name.equals("jdbc/parley")) {
                        return new Wrapping();
                    }
                    throw new NamingException(name);
                }
            };
        }
    }

    /** Gives connections that are proxies, as pools do. */
    private static final class Wrapping implements DataSource {
        @Override
        public Connection getConnection() throws SQLException {
            Connection real = connect();
            if (DEAD.getAndDecrement() > 0) {
                real.close();
            }
            OUT.incrementAndGet();
            AtomicBoolean isOut = new AtomicBoolean(true);
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        if (Set.of("close", "abort").contains(method.getName()) && isOut.getAndSet(false)) {
                            OUT.decrementAndGet();
                        }
                        return method.invoke(real, arguments);
                    });
        }

        private static Connection connect() throws SQLException {
            Properties properties = new Properties();
            properties.setProperty("user", "parley");
            return driver.connect("jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", properties);
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
        }

        @Override
        public PrintWriter getLogWriter() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setLogWriter(PrintWriter out) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("it wraps nothing");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
