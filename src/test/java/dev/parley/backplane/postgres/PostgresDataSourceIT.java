package dev.parley.backplane.postgres;

import dev.parley.backplane.ClusterContract;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Hashtable;
import java.util.Properties;
import java.util.logging.Logger;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

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
            Properties properties = new Properties();
            properties.setProperty("user", "parley");
            Connection real = driver.connect("jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", properties);
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        try {
                            return method.invoke(real, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
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
