package dev.parley.session;

import dev.parley.connection.ConnectionManager;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Route;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Makes the gate's routes to endpoints, and through them one endpoint for each connection. Immutable. */
public final class Routes {
    private final ConnectionManager connections;
    private final boolean isScanned;
    private final Injection injection;

    /** @param isScanned whether the container finds annotated endpoints, those included that inherit their callbacks */
    public Routes(ConnectionManager connections, boolean isScanned, Injection injection) {
        this.connections = connections;
        this.isScanned = isScanned;
        this.injection = injection;
    }

    /** Gives endpoints what they want to have injected. */
    @FunctionalInterface
    public interface Injection {
        /** There is nothing to inject. */
        Injection NONE = endpoint -> () -> {};

        /** Does so; what it answers lets go of that. */
        AutoCloseable into(Object endpoint);
    }

    /**
     * To an annotated endpoint of an application.
     *
     * @throws IllegalArgumentException if what it declares cannot work; the message names it
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // its record is that of its type parameter, or it would not compile
    public Route to(Class<?> type, Dependencies dependencies, int maxMessageBytes) {
        Constructor<?> constructor = constructorOf(type);
        if (!SessionEndpoint.class.isAssignableFrom(type)) {
            return Route.to((Class<Object>) type, () -> make(constructor), dependencies);
        }
        Class<? extends Record> visit = visitOf(type);
        Supplier<SessionEndpoint<?>> making =
                () -> prepared((SessionEndpoint) make(constructor), visit, maxMessageBytes, Integer.MAX_VALUE);
        Route route = Route.to(type, visit, making, dependencies);
        return isScanned ? route : told(route, making, dependencies);
    }

    /** To an endpoint whose path is a setting. Its messages come in a limited number of parts. */
    @SuppressWarnings("unchecked") // as above
    public <E extends SessionEndpoint<?>> Route at(
            String path,
            Class<E> type,
            List<String> subprotocols,
            Supplier<E> factory,
            Dependencies dependencies,
            int maxMessageBytes,
            int maxParts) {
        Class<Record> visit = (Class<Record>) visitOf(type);
        Supplier<SocketEndpoint> making = () ->
                new SocketEndpoint(prepared((SessionEndpoint<Record>) factory.get(), visit, maxMessageBytes, maxParts));
        return Route.at(path, type, visit, subprotocols, SocketEndpoint.class, making, dependencies);
    }

    private static Route told(Route route, Supplier<SessionEndpoint<?>> making, Dependencies dependencies) {
        return Route.at(
                route.path(),
                route.endpoint(),
                route.parameters(),
                route.subprotocols(),
                SocketEndpoint.class,
                () -> new SocketEndpoint(making.get()),
                dependencies);
    }

    private <P extends Record> SessionEndpoint<P> prepared(
            SessionEndpoint<P> endpoint, Class<P> visit, int maxMessageBytes, int maxParts) {
        return endpoint.over(new Inlet(connections, maxMessageBytes, maxParts), visit, injection);
    }

    /** Containers, too, want a public class with a public constructor. */
    private static Constructor<?> constructorOf(Class<?> type) {
        try {
            if (Modifier.isPublic(type.getModifiers()) && !Modifier.isAbstract(type.getModifiers())) {
                return type.getConstructor();
            }
        } catch (NoSuchMethodException none) {
            // told below
        }
        throw new IllegalArgumentException(type + " must be public, with a public constructor that takes nothing");
    }

    private static Object make(Constructor<?> constructor) {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(constructor.getDeclaringClass() + " failed when it was made", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(constructor.getDeclaringClass() + " cannot be made", e);
        }
    }

    /** What stands for the type parameter, however many classes lie between. */
    private static Class<? extends Record> visitOf(Class<?> type) {
        Map<Type, Type> known = new HashMap<>();
        for (Class<?> at = type; at != SessionEndpoint.class; at = at.getSuperclass()) {
            if (at.getGenericSuperclass() instanceof ParameterizedType parent) {
                TypeVariable<?>[] variables = at.getSuperclass().getTypeParameters();
                for (int i = 0; i < variables.length; i++) {
                    known.put(variables[i], parent.getActualTypeArguments()[i]);
                }
            }
        }
        Type visit = SessionEndpoint.class.getTypeParameters()[0];
        while (known.containsKey(visit)) {
            visit = known.get(visit);
        }
        if (visit instanceof Class<?> record && record.isRecord()) {
            return record.asSubclass(Record.class);
        }
        throw new IllegalArgumentException(
                type + " must say which record its handshake brings, as in: extends ParleyEndpoint<Visit>");
    }
}
