package dev.parley.handshake;

import java.lang.invoke.MethodType;
import java.util.Optional;

/** What one {@code @Depends} comes to: the object itself, or what it gives, made once per visitor. Immutable, thread-safe. */
final class Evaluation implements Source {
    /** A dependency that has been made, and what it gave; itself, if it is none that gives anything. */
    private record Made(Object object, Object value) {}

    private final Source evaluation;
    private final Binding.Key key;
    private final boolean usesScopes;
    private final boolean isFresh;
    private final boolean wantsObject;

    /**
     * What {@code depends} comes to for a parameter of type {@code wanted}.
     *
     * @throws IllegalArgumentException if it cannot be evaluated, or gives another type
     */
    Evaluation(Depends depends, Class<?> wanted, Site askedAt) {
        Class<?> dependency = depends.value();
        Site site = askedAt.asking(depends.scopes());
        this.isFresh = depends.fresh();
        Optional<Dependencies.Substitute> substitute = site.dependencies().substitute(dependency);
        if (substitute.orElse(null) instanceof Dependencies.Substitute.Given given) {
            this.key = new Binding.Key(dependency, Scopes.NONE);
            this.usesScopes = false;
            this.wantsObject = false;
            this.evaluation = binding -> made(dependency, given.value().get());
            return;
        }
        Class<?> type =
                substitute.orElse(null) instanceof Dependencies.Substitute.OtherClass other ? other.type() : dependency;
        this.wantsObject = boxed(wanted).isAssignableFrom(type)
                && (!Dependency.class.isAssignableFrom(type) || Dependency.class.isAssignableFrom(wanted));
        if (!wantsObject) {
            requireGives(type, boxed(wanted));
        }
        Binder binder = new Binder(type, site);
        this.usesScopes = binder.usesScopes();
        this.key = new Binding.Key(dependency, usesScopes ? site.scopes() : Scopes.NONE);
        this.evaluation = binding -> make(binder, binding);
    }

    @Override
    public Object bind(Binding binding) {
        Made made = (Made) (isFresh ? evaluation.bind(binding) : binding.once(key, () -> evaluation.bind(binding)));
        binding.note(made.value());
        return wantsObject ? made.object() : made.value();
    }

    @Override
    public boolean usesScopes() {
        return usesScopes;
    }

    private static Object make(Binder binder, Binding binding) {
        Object object = binder.bind(binding);
        if (object instanceof AutoCloseable resource) {
            binding.cleanup().add(resource);
        }
        return new Made(object, object instanceof Dependency<?> dependency ? valueOf(dependency) : object);
    }

    private static Object valueOf(Dependency<?> dependency) {
        return made(dependency.getClass(), dependency.value()).value();
    }

    private static Made made(Class<?> dependency, Object value) {
        if (value == null) {
            throw new IllegalStateException(dependency + " gave null");
        }
        return new Made(value, value);
    }

    /** As far as erasure lets us see. */
    private static void requireGives(Class<?> dependency, Class<?> wanted) {
        if (!Dependency.class.isAssignableFrom(dependency)) {
            throw new IllegalArgumentException(
                    "wants a " + wanted.getName() + ", but " + dependency.getName() + " is none and gives none");
        }
        try {
            Class<?> given = boxed(dependency.getMethod("value").getReturnType());
            if (!wanted.isAssignableFrom(given) && !given.isAssignableFrom(wanted)) {
                throw new IllegalArgumentException("wants a " + wanted.getName() + ", but " + dependency.getName()
                        + " gives a " + given.getName());
            }
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException("wants what " + dependency.getName() + " gives, which is nothing", e);
        }
    }

    private static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }
}
