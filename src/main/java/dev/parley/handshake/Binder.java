package dev.parley.handshake;

import jakarta.websocket.server.PathParam;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes an object of a request: calls the class's one constructor with what its parameters declare. Works alike for an
 * endpoint's record and for a dependency, which is how dependencies nest. Immutable, thread-safe.
 *
 * <p>All that can be wrong with the declaration is found when the binder is made, that is at deployment.
 */
final class Binder {
    /** Where one argument comes from. */
    @FunctionalInterface
    private interface Source {
        Object bind(Visit visit, Map<Class<?>, Object> given);
    }

    private final Class<?> type;
    private final Constructor<?> constructor;
    private final List<Source> sources = new ArrayList<>();

    /**
     * A binder for {@code type}.
     *
     * @throws IllegalArgumentException if the declaration cannot work; the message names it
     */
    Binder(Class<?> type, PathTemplate template) {
        this(type, template, List.of());
    }

    private Binder(Class<?> type, PathTemplate template, List<Class<?>> askedBy) {
        this.type = type;
        if (askedBy.contains(type)) {
            throw new IllegalArgumentException("dependencies go round in a circle: " + askedBy + " and again " + type);
        }
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        if (constructors.length != 1) {
            throw new IllegalArgumentException(type + " must have one constructor, not " + constructors.length);
        }
        if (Modifier.isAbstract(type.getModifiers())) {
            throw new IllegalArgumentException(type + " is abstract");
        }
        constructor = constructors[0];
        constructor.setAccessible(true);
        List<Class<?>> chain = new ArrayList<>(askedBy);
        chain.add(type);
        for (Parameter parameter : constructor.getParameters()) {
            sources.add(source(parameter, template, chain));
        }
    }

    /**
     * Binds one visit.
     *
     * @throws HandshakeRefused if something is missing or malformed, or a dependency refuses
     */
    Object bind(Visit visit) {
        return bind(visit, new HashMap<>());
    }

    /** Binds with what dependencies have given already, each once per visit. */
    private Object bind(Visit visit, Map<Class<?>, Object> given) {
        Object[] arguments = new Object[sources.size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = sources.get(i).bind(visit, given);
        }
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof HandshakeRefused refused) {
                throw refused;
            }
            throw new IllegalStateException(type + " failed on a visit", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }

    private Source source(Parameter parameter, PathTemplate template, List<Class<?>> chain) {
        PathParam path = parameter.getAnnotation(PathParam.class);
        if (path != null) {
            if (!template.declares(path.value())) {
                throw new IllegalArgumentException(
                        type + " wants {" + path.value() + "}, which " + template + " does not have");
            }
            return text(
                    parameter,
                    "path parameter " + path.value(),
                    visit -> visit.path().get(path.value()));
        }
        QueryParam query = parameter.getAnnotation(QueryParam.class);
        if (query != null) {
            return text(parameter, "query parameter " + query.value(), visit -> visit.lastOfQuery(query.value()));
        }
        CookieParam cookie = parameter.getAnnotation(CookieParam.class);
        if (cookie != null) {
            return text(
                    parameter,
                    "cookie " + cookie.value(),
                    visit -> visit.cookies().get(cookie.value()));
        }
        Depends depends = parameter.getAnnotation(Depends.class);
        if (depends != null) {
            Binder dependency = new Binder(depends.value(), template, chain);
            requireGives(depends.value(), parameter);
            return (visit, given) -> {
                Object value = given.get(depends.value());
                if (value == null) {
                    value = ((Dependency<?>) dependency.bind(visit, given)).value();
                    given.put(depends.value(), value);
                }
                return value;
            };
        }
        throw new IllegalArgumentException(
                "parameter " + parameter.getName() + " of " + type + " does not say where it comes from");
    }

    /** As far as erasure lets us see. */
    private void requireGives(Class<?> dependency, Parameter parameter) {
        Class<?> wanted = MethodType.methodType(parameter.getType()).wrap().returnType();
        try {
            Class<?> given = dependency.getMethod("value").getReturnType();
            if (!wanted.isAssignableFrom(given) && !given.isAssignableFrom(wanted)) {
                throw new IllegalArgumentException("parameter " + parameter.getName() + " of " + type + " wants a "
                        + wanted + ", but " + dependency + " gives a " + given);
            }
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(dependency + " gives nothing", e);
        }
    }

    /** Where the text of an argument is found; null when it was not sent. */
    @FunctionalInterface
    private interface Finder {
        @Nullable
        String find(Visit visit);
    }

    private Source text(Parameter parameter, String name, Finder finder) {
        boolean optional = parameter.getType() == Optional.class;
        Type wanted = optional && parameter.getParameterizedType() instanceof ParameterizedType declared
                ? declared.getActualTypeArguments()[0]
                : parameter.getType();
        Converter converter = Converter.to(wanted)
                .orElseThrow(() -> new IllegalArgumentException("parameter " + parameter.getName() + " of " + type
                        + ": no way to make a " + wanted + " of text"));
        return (visit, given) -> {
            String text = finder.find(visit);
            if (text == null) {
                if (optional) {
                    return Optional.empty();
                }
                throw new HandshakeRefused(403, name + " is missing");
            }
            Object value = converter
                    .convert(text)
                    .orElseThrow(() -> new HandshakeRefused(403, name + " is not " + converter.description()));
            return optional ? Optional.of(value) : value;
        };
    }
}
