package dev.parley.handshake;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One visitor's binding under way: what dependencies have given so far, and what must be closed one day. One thread's. */
final class Binding {
    /** One evaluation of a dependency: whoever asks for the same gets the same. */
    record Key(Class<?> dependency, Scopes scopes) {}

    private final Visitor visitor;
    private final Map<Key, Object> given = new HashMap<>();
    private final Cleanup cleanup = new Cleanup();
    private Optional<Credential> credential = Optional.empty();

    Binding(Visitor visitor) {
        this.visitor = visitor;
    }

    Visitor visitor() {
        return visitor;
    }

    Cleanup cleanup() {
        return cleanup;
    }

    /** The last credential that a dependency gave. */
    Optional<Credential> credential() {
        return credential;
    }

    /** Looks whether a dependency has given a credential. */
    void note(Object given) {
        Object inside = given instanceof Optional<?> optional ? optional.orElse(null) : given;
        if (inside instanceof Credential known) {
            credential = Optional.of(known);
        }
    }

    Object once(Key key, Supplier<Object> evaluation) {
        Object value = given.get(key); // not computeIfAbsent: evaluations nest
        if (value == null) {
            value = evaluation.get();
            given.put(key, value);
        }
        return value;
    }
}
