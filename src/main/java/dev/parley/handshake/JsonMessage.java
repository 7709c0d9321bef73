package dev.parley.handshake;

import dev.parley.handshake.constraint.Constraints;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON messages as records, with the types and the constraints that a handshake's parameters have. A bad message is a value,
 * never an exception: it deserves an answer, not a dropped connection. Immutable, thread-safe.
 *
 * <p>A component is a member of its name. Numbers, {@code true} and {@code false} and texts become what the component's type makes
 * of them; an object becomes a record, an array a list or a set, and {@link Json} takes whatever is there. Left out or {@code
 * null} is empty for an {@link Optional}, and missing otherwise. Other members are passed over.
 *
 * @param <T> the record
 */
public final class JsonMessage<T extends Record> {
    /** What became of a text. */
    public sealed interface Reading<T> {
        /** It is such a message. */
        record Message<T>(T value) implements Reading<T> {}

        /**
         * It is not.
         *
         * @param why in words that may be sent back: they name a component and a rule, and tell nothing of what was sent
         */
        record Problem<T>(String why) implements Reading<T> {}
    }

    /** Says what is wrong; costs nothing to throw. */
    private static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String why) {
            super(why, null, false, false);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    /** Makes a value of what a member holds; {@code name} is for the problem. */
    @FunctionalInterface
    private interface Form {
        Object read(String name, @Nullable Json member);
    }

    private final Class<T> type;
    private final Constructor<?> constructor;
    private final Map<String, Form> forms = new LinkedHashMap<>();

    /**
     * A reader of {@code type}.
     *
     * @throws IllegalArgumentException if a component has a type that no JSON becomes; the message names it
     */
    public JsonMessage(Class<T> type) {
        this(type, List.of());
    }

    private JsonMessage(Class<T> type, List<Class<?>> inside) {
        if (inside.contains(type)) {
            throw new IllegalArgumentException(type + " holds itself");
        }
        List<Class<?>> around = new ArrayList<>(inside);
        around.add(type);
        this.type = type;
        this.constructor = type.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        for (Parameter parameter : constructor.getParameters()) {
            try {
                forms.put(parameter.getName(), form(parameter, around));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                        "component " + parameter.getName() + " of " + type + " " + wrong.getMessage(), wrong);
            }
        }
    }

    /** Reads one message. Never throws for what a peer sent. */
    public Reading<T> read(String text) {
        try {
            Json json = Json.parse(text).orElseThrow(() -> new Malformed("not JSON"));
            return new Reading.Message<>(type.cast(object("the message", json)));
        } catch (Malformed problem) {
            return new Reading.Problem<>(problem.why());
        }
    }

    private Object object(String name, @Nullable Json json) {
        Map<String, Json> members = Optional.ofNullable(json)
                .flatMap(Json::members)
                .orElseThrow(() -> new Malformed(name + " is not an object"));
        List<Object> arguments = new ArrayList<>(forms.size());
        forms.forEach((component, form) -> arguments.add(form.read(component, members.get(component))));
        try {
            return constructor.newInstance(arguments.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                throw new Malformed(name + " is not allowed"); // its own rule; its words may hold what was sent
            }
            throw new IllegalStateException(type + " failed on a message", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }

    private static Form form(Parameter parameter, List<Class<?>> around) {
        Class<?> raw = parameter.getType();
        boolean isList = raw == List.class || raw == Collection.class;
        if (raw != Optional.class && !isList && raw != Set.class) {
            return single(raw, parameter, around);
        }
        if (!(parameter.getAnnotatedType() instanceof AnnotatedParameterizedType declared)) {
            throw new IllegalArgumentException("does not say what it is a " + raw.getSimpleName() + " of");
        }
        var element = declared.getAnnotatedActualTypeArguments()[0];
        if (raw == Optional.class) {
            Form inner = single(element.getType(), parameter, around);
            return (name, member) -> isMissing(member) ? Optional.empty() : Optional.of(inner.read(name, member));
        }
        Form each = single(element.getType(), element, around);
        Constraints ofAll = Constraints.of(parameter, Collection.class);
        return (name, member) -> {
            List<Json> elements = Optional.ofNullable(member)
                    .flatMap(Json::elements)
                    .orElseThrow(() -> new Malformed(name + (isMissing(member) ? " is missing" : " is not an array")));
            Collection<Object> values = isList ? new ArrayList<>() : new LinkedHashSet<>();
            elements.forEach(inside -> values.add(each.read("an element of " + name, inside)));
            require(name, ofAll, values);
            return isList
                    ? Collections.unmodifiableList((List<?>) values)
                    : Collections.unmodifiableSet((Set<?>) values);
        };
    }

    private static Form single(Type wanted, AnnotatedElement element, List<Class<?>> around) {
        if (wanted == Json.class) {
            return (name, member) -> present(name, member);
        }
        Optional<Converter> converter = Converter.to(wanted);
        if (converter.isEmpty() && wanted instanceof Class<?> nested && nested.isRecord()) {
            JsonMessage<?> inner = new JsonMessage<>(nested.asSubclass(Record.class), around);
            return (name, member) -> inner.object(name, present(name, member));
        }
        Converter known =
                converter.orElseThrow(() -> new IllegalArgumentException("has a type that no JSON becomes: " + wanted));
        Constraints constraints = Constraints.of(element, (Class<?>) wanted);
        Set<Json.Kind> kinds = kindsOf((Class<?>) wanted);
        return (name, member) -> {
            Json json = present(name, member);
            Object value = Optional.of(json)
                    .filter(given -> kinds.contains(given.kind()))
                    .map(given -> given.string().orElse(given.source()))
                    .flatMap(known::convert)
                    .orElseThrow(() -> new Malformed(name + " is not " + known.description()));
            require(name, constraints, value);
            return value;
        };
    }

    /** A number is no text and a text no number, whatever could be read out of it. */
    private static Set<Json.Kind> kindsOf(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return Set.of(Json.Kind.BOOLEAN);
        }
        boolean isNumber = Number.class.isAssignableFrom(type) || type.isPrimitive();
        return Set.of(isNumber ? Json.Kind.NUMBER : Json.Kind.STRING);
    }

    private static boolean isMissing(@Nullable Json member) {
        return member == null || member.kind() == Json.Kind.NULL;
    }

    private static Json present(String name, @Nullable Json member) {
        if (member == null || member.kind() == Json.Kind.NULL) {
            throw new Malformed(name + " is missing");
        }
        return member;
    }

    private static void require(String name, Constraints constraints, Object value) {
        constraints.violated(value).ifPresent(rule -> {
            throw new Malformed(name + " " + rule);
        });
    }

    /** Writes a record as one JSON object, the other way round; empty optionals are left out. */
    public static String write(Record message) {
        return JsonText.of(message);
    }
}
