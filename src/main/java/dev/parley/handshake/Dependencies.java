package dev.parley.handshake;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the application adds to dependencies: objects of its own, such as a data source or a verifier of tokens, which they get by
 * having a constructor parameter of that type; and, in tests, what stands in for one of them. Immutable.
 */
public final class Dependencies {
    /** What stands in for a dependency: another class, or an object that is there already. */
    sealed interface Substitute {
        record OtherClass(Class<?> type) implements Substitute {}

        record Given(Supplier<?> value) implements Substitute {}
    }

    /** Finds objects of the application's by their type: how to get one, for each connection. */
    @FunctionalInterface
    public interface Lookup {
        /** Called at deployment. What it answers may throw, which is a fault of ours. */
        Optional<Supplier<Object>> find(Class<?> type);
    }

    private static final Dependencies NONE = new Dependencies(type -> Optional.empty(), Map.of(), Map.of());

    private final Lookup lookup;
    private final Map<Class<?>, Object> objects;
    private final Map<Class<?>, Substitute> substitutes;

    private Dependencies(Lookup lookup, Map<Class<?>, Object> objects, Map<Class<?>, Substitute> substitutes) {
        this.lookup = lookup;
        this.objects = Map.copyOf(objects);
        this.substitutes = Map.copyOf(substitutes);
    }

    /** Nothing is added. */
    public static Dependencies none() {
        return NONE;
    }

    /** These, and {@code object} for every parameter of {@code type}. It is the application's, which closes it. */
    public <T> Dependencies with(Class<T> type, T object) {
        Map<Class<?>, Object> more = new HashMap<>(objects);
        more.put(type, object);
        return new Dependencies(lookup, more, substitutes);
    }

    /** These, and what {@code found} finds of everything else. */
    public Dependencies orElse(Lookup found) {
        return new Dependencies(found, objects, substitutes);
    }

    /** These, with {@code other} made wherever {@code dependency} is asked for. For tests. */
    public Dependencies override(Class<?> dependency, Class<?> other) {
        return overridden(dependency, new Substitute.OtherClass(other));
    }

    /**
     * These, with what {@code value} gives wherever {@code dependency} is asked for. It is asked once per connection. For tests.
     */
    public Dependencies override(Class<?> dependency, Supplier<?> value) {
        return overridden(dependency, new Substitute.Given(value));
    }

    private Dependencies overridden(Class<?> dependency, Substitute substitute) {
        Map<Class<?>, Substitute> more = new HashMap<>(substitutes);
        more.put(dependency, substitute);
        return new Dependencies(lookup, objects, more);
    }

    Optional<Supplier<Object>> object(Class<?> type) {
        Object known = objects.get(type);
        return known == null ? lookup.find(type) : Optional.of(() -> known);
    }

    Optional<Substitute> substitute(Class<?> dependency) {
        return Optional.ofNullable(substitutes.get(dependency));
    }
}
