package dev.parley.connection.frames;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.stream.Stream;

/** What is private in a server's classes, which are in unnamed modules on all of them. */
final class Reach {
    private Reach() {}

    /** A field of that name and type in the class or one above it, whoever may see it; taking and giving objects of any class. */
    static VarHandle field(Class<?> type, String name) throws ReflectiveOperationException {
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                            .unreflectVarHandle(field);
                }
            }
        }
        throw new NoSuchFieldException(type.getName() + "." + name);
    }

    /** What is in a field, which must not be null: {@code over(session, "remote", "socket")} is {@code session.remote.socket}. */
    static Object follow(Object start, String... names) throws ReflectiveOperationException {
        Object at = start;
        for (String name : names) {
            Object next = field(at.getClass(), name).get(at);
            if (next == null) {
                throw new NoSuchFieldException(at.getClass().getName() + "." + name + " is null");
            }
            at = next;
        }
        return at;
    }

    /** A method, whoever may call it, of the class or one above it, or of an interface. */
    static MethodHandle method(Class<?> type, String name, Class<?>... parameters) throws ReflectiveOperationException {
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Method method : owner.getDeclaredMethods()) {
                if (method.getName().equals(name)
                        && MethodType.methodType(void.class, method.getParameterTypes())
                                .equals(MethodType.methodType(void.class, parameters))) {
                    return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                            .unreflect(method);
                }
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    /** The class of that name as the server's class sees it. */
    static Class<?> load(Class<?> beside, String name) throws ClassNotFoundException {
        return Class.forName(name, true, beside.getClassLoader());
    }

    /** Whether the object's class is one of these, or extends one. */
    static boolean isA(Object object, String... names) {
        return Stream.<Class<?>>iterate(object.getClass(), type -> type != null, Class::getSuperclass)
                .anyMatch(type -> Stream.of(names).anyMatch(type.getName()::equals));
    }
}
