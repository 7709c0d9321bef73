package dev.parley.backplane.postgres;

import dev.parley.backplane.BackplaneException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What a connection is notified of. Only the driver's own classes tell, and a data source's driver may be the server's. */
interface Notifications {
    /** What has come; waits for the first one for so long. */
    List<Told> next(int millis) throws SQLException;

    /** What was told, and on which channel. */
    record Told(String channel, String payload) {}

    /**
     * Those of a connection.
     *
     * @throws BackplaneException if it is no connection of PostgreSQL's driver
     */
    static Notifications of(Connection connection) throws SQLException {
        if (connection.isWrapperFor(PGConnection.class)) {
            PGConnection notified = connection.unwrap(PGConnection.class);
            return millis -> {
                List<Told> told = new ArrayList<>();
                PGNotification[] all = notified.getNotifications(millis);
                for (PGNotification each : all == null ? new PGNotification[0] : all) {
                    told.add(new Told(each.getName(), each.getParameter()));
                }
                return told;
            };
        }
        return ofOtherDriver(connection);
    }

    /** Pools wrap connections and statements, but not arrays; so an array leads to the driver's classes. */
    private static Notifications ofOtherDriver(Connection connection) throws SQLException {
        try {
            ClassLoader driver =
                    connection.createArrayOf("text", new Object[0]).getClass().getClassLoader();
            Class<?> type = Class.forName(PGConnection.class.getName(), false, driver);
            Method getNotifications = type.getMethod("getNotifications", int.class);
            Class<?> notification = Class.forName(PGNotification.class.getName(), false, driver);
            Method getName = notification.getMethod("getName");
            Method getParameter = notification.getMethod("getParameter");
            Object notified = connection.unwrap(type);
            return millis -> {
                List<Told> told = new ArrayList<>();
                Object[] all = (Object[]) called(getNotifications, notified, millis);
                for (Object each : all == null ? new Object[0] : all) {
                    told.add(new Told(text(getName, each), text(getParameter, each)));
                }
                return told;
            };
        } catch (ReflectiveOperationException e) {
            throw new BackplaneException("the data source's connections are not those of PostgreSQL's driver");
        }
    }

    private static String text(Method method, Object target) throws SQLException {
        return String.valueOf(called(method, target));
    }

    private static @Nullable Object called(Method method, Object target, Object... arguments) throws SQLException {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            if (e.getCause() instanceof UndeclaredThrowableException wrapped) {
                throw PostgresEngine.hidden(wrapped);
            }
            throw new IllegalStateException("the driver's " + method.getName(), e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("an interface is public", e);
        }
    }
}
