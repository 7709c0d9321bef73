package dev.parley.node;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Stream;

/** What is private in a server's classes, which are in unnamed modules on all of them. */
public final class Reach {
    private Reach() {}

    /** The field of that name in the class or the nearest above it. */
    public static Field declared(Class<?> type, String name) throws NoSuchFieldException {
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(type.getName() + "." + name);
    }

    public static VarHandle field(Class<?> type, String name) throws ReflectiveOperationException {
        Field field = declared(type, name);
        return MethodHandles.privateLookupIn(field.getDeclaringClass(), MethodHandles.lookup())
                .unreflectVarHandle(field);
    }

    /** A method of the class, or of the nearest above it, or of an interface that is given as the type. */
    public static MethodHandle method(Class<?> type, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Method method : owner.getDeclaredMethods()) {
                if (method.getName().equals(name)
                        && !method.isBridge()
                        && Arrays.equals(method.getParameterTypes(), parameters)) {
                    return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                            .unreflect(method);
                }
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    /** The constant of that name in an enum. */
    public static Object constant(Class<?> type, String name) throws NoSuchFieldException {
        return Stream.ofNullable(type.getEnumConstants())
                .flatMap(Arrays::stream)
                .filter(constant -> constant.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchFieldException(type.getName() + "." + name));
    }

    /** The class of that name as the server's class sees it. */
    public static Class<?> load(Class<?> beside, String name) throws ClassNotFoundException {
        return Class.forName(name, true, beside.getClassLoader());
    }
}
