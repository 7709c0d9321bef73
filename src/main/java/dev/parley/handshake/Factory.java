package dev.parley.handshake;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Optional;

/**
 * Finds out how a type is made of one text, by Jakarta REST's rules: a constructor, or a static {@code fromString},
 * {@code valueOf} or {@code parse}.
 *
 * @see <a href="https://jakarta.ee/specifications/restful-ws/3.1/jakarta-restful-ws-spec-3.1#resource_field">Jakarta RESTful Web
 *     Services 3.1, fields and bean properties</a>
 */
final class Factory {
    private static final List<String> METHODS = List.of("fromString", "valueOf", "parse");

    private Factory() {}

    static Optional<Converter> of(Class<?> type) {
        if (type.isPrimitive() || type.isArray() || type.isInterface() || type.isAnnotation()) {
            return Optional.empty();
        }
        String description = "a " + type.getSimpleName();
        return constructor(type)
                .map(made -> Converter.throwing(description, text -> call(() -> made.newInstance(text))))
                .or(() -> METHODS.stream()
                        .flatMap(name -> method(type, name).stream())
                        .findFirst()
                        .map(made -> Converter.throwing(description, text -> call(() -> made.invoke(null, text)))));
    }

    private static Optional<Constructor<?>> constructor(Class<?> type) {
        if (Modifier.isAbstract(type.getModifiers())) {
            return Optional.empty();
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(String.class);
            return isUsable(constructor) ? Optional.of(constructor) : Optional.empty();
        } catch (NoSuchMethodException none) {
            return Optional.empty();
        }
    }

    private static Optional<Method> method(Class<?> type, String name) {
        for (Class<?> text : List.of(String.class, CharSequence.class)) {
            try {
                Method method = type.getDeclaredMethod(name, text);
                if (Modifier.isStatic(method.getModifiers())
                        && type.isAssignableFrom(method.getReturnType())
                        && isUsable(method)) {
                    return Optional.of(method);
                }
            } catch (NoSuchMethodException none) {
                // the next one may be there
            }
        }
        return Optional.empty();
    }

    /** A type need not be public to be bound to, but what it keeps private it keeps. */
    private static <M extends AccessibleObject & Member> boolean isUsable(M member) {
        return !Modifier.isPrivate(member.getModifiers())
                && (member.trySetAccessible()
                        || (Modifier.isPublic(member.getModifiers())
                                && Modifier.isPublic(member.getDeclaringClass().getModifiers())));
    }

    @FunctionalInterface
    private interface Call {
        Object made() throws ReflectiveOperationException;
    }

    private static Object call(Call call) {
        try {
            return call.made();
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("it does not like the text", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("it cannot be called", e);
        }
    }
}
