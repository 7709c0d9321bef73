package dev.parley.test;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Instances of interfaces of a server's. */
final class Stub {
    private Stub() {}

    /** What one does when one of its methods is called. */
    @FunctionalInterface
    interface Answers {
        @Nullable
        Object to(String method, Object[] arguments) throws Exception;
    }

    static <T> T of(Class<T> type) {
        return of(type, (method, arguments) -> {
            throw new UnsupportedOperationException(type.getSimpleName() + "." + method + " in a test");
        });
    }

    /** One that is equal to itself alone, and answers everything else so. */
    static <T> T of(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "toString" -> type.getSimpleName() + " of a test";
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> answers.to(method.getName(), arguments == null ? new Object[0] : arguments);
                }));
    }
}
