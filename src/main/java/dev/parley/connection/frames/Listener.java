package dev.parley.connection.frames;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Who is told by a server of what has happened, in an interface of the server's. */
@FunctionalInterface
interface Listener {
    /** Called with the name of the interface's method, from any thread. */
    void told(String method, Object @Nullable [] arguments);

    /** The listener as an object of that interface, whose methods return nothing. */
    static Object as(Class<?> type, Listener listener) {
        return Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> called(listener, proxy, method, arguments));
    }

    private static @Nullable Object called(
            Listener listener, Object proxy, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && arguments[0] == proxy;
            case "toString" -> "frames of Parley";
            default -> {
                listener.told(method.getName(), arguments);
                yield null;
            }
        };
    }
}
