package dev.parley.handshake;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes an object of a request: calls the class's one constructor with what its parameters declare. Works alike for an
 * endpoint's record, for a group of parameters within it and for a dependency, which is how all of them nest. Immutable,
 * thread-safe.
 *
 * <p>All that can be wrong with the declaration is found when the binder is made, that is at deployment.
 */
final class Binder implements Source {
    /** The scopes that are asked for; known at deployment. */
    private record Required(Scopes scopes) implements Source {
        @Override
        public Object bind(Binding binding) {
            return scopes;
        }

        @Override
        public boolean usesScopes() {
            return true;
        }
    }

    private final Class<?> type;
    private final Constructor<?> constructor;
    private final List<Source> sources = new ArrayList<>();

    /**
     * A binder for {@code type}.
     *
     * @throws IllegalArgumentException if the declaration cannot work; the message names it
     */
    Binder(Class<?> type, PathTemplate template, Dependencies dependencies) {
        this(type, new Site(template, dependencies, List.of(), Scopes.NONE));
    }

    Binder(Class<?> type, Site askedAt) {
        this.type = type;
        Site site = askedAt.inside(type);
        this.constructor = constructorOf(type);
        for (Parameter parameter : constructor.getParameters()) {
            try {
                sources.add(source(parameter, site));
            } catch (Misdeclared deeper) {
                throw deeper;
            } catch (IllegalArgumentException wrong) {
                throw new Misdeclared(
                        "parameter " + parameter.getName() + " of " + type + " " + wrong.getMessage(), wrong);
            }
        }
    }

    /**
     * Binds one visitor.
     *
     * @return what was bound; whatever it opened must be closed through its clean-up
     * @throws HandshakeRefused if something is missing, malformed or not allowed, or a dependency refuses; then nothing stays
     *     open
     */
    Bound bind(Visitor visitor) {
        Binding binding = new Binding(visitor);
        boolean done = false;
        try {
            Object value = bind(binding);
            done = true;
            return new Bound(value, binding.credential(), binding.cleanup());
        } finally {
            if (!done) {
                binding.cleanup().run();
            }
        }
    }

    /** An object of the bound class, whose credential it was, and how what was opened for it is closed. */
    record Bound(Object value, Optional<Credential> credential, Cleanup cleanup) {}

    @Override
    public boolean usesScopes() {
        return sources.stream().anyMatch(Source::usesScopes);
    }

    @Override
    public Object bind(Binding binding) {
        Object[] arguments = new Object[sources.size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = sources.get(i).bind(binding);
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

    private static Source source(Parameter parameter, Site site) {
        Optional<Place> place = Place.of(parameter, site.template());
        if (place.isPresent()) {
            String name = place.get().name();
            Reading reading = new Reading(parameter);
            return binding -> reading.read(name, place.get().texts().apply(binding.visitor()));
        }
        Depends depends = parameter.getAnnotation(Depends.class);
        if (depends != null) {
            return new Evaluation(depends, parameter.getType(), site);
        }
        Class<?> wanted = parameter.getType();
        if (wanted == Visitor.class) {
            return Binding::visitor;
        } else if (wanted == Scopes.class) {
            return new Required(site.scopes());
        } else if (wanted.isRecord()) {
            return new Binder(wanted, site);
        }
        Supplier<Object> given = site.dependencies()
                .object(wanted)
                .or(() -> wanted == RoleNames.class ? Optional.of(() -> RoleNames.NONE) : Optional.empty())
                .orElseThrow(() -> new IllegalArgumentException(
                        "does not say where it comes from, and the application" + " gives no " + wanted.getName()));
        return binding -> given.get();
    }

    private static Constructor<?> constructorOf(Class<?> type) {
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        if (constructors.length != 1) {
            throw new Misdeclared(type + " must have one constructor, not " + constructors.length);
        }
        if (Modifier.isAbstract(type.getModifiers())) {
            throw new Misdeclared(type + " is abstract");
        }
        constructors[0].setAccessible(true);
        return constructors[0];
    }
}
