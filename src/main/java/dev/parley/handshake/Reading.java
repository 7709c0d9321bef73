package dev.parley.handshake;

import dev.parley.handshake.constraint.Constraints;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the texts of a parameter become its value: how many there may be, what each is converted to, and what it must then be.
 * Immutable, thread-safe.
 */
final class Reading {
    /** How many values a parameter takes, and in what they are wrapped. */
    private enum Shape {
        ONE,
        OPTIONAL,
        LIST,
        SET
    }

    private static final int FORBIDDEN = 403;

    private final Shape shape;
    private final Converter converter;
    private final Constraints ofEach;
    private final Constraints ofAll;
    private final List<String> fallback;

    /**
     * The way in which a parameter is read.
     *
     * @throws IllegalArgumentException if there is none, or its default value cannot be read
     */
    Reading(Parameter parameter) {
        Class<?> type = parameter.getType();
        shape = type == Optional.class
                ? Shape.OPTIONAL
                : type == List.class || type == Collection.class
                        ? Shape.LIST
                        : type == Set.class ? Shape.SET : Shape.ONE;
        AnnotatedElement element = parameter;
        Type wanted = parameter.getParameterizedType();
        if (shape != Shape.ONE) {
            if (!(parameter.getAnnotatedType() instanceof AnnotatedParameterizedType declared)) {
                throw new IllegalArgumentException("does not say what it is a " + type.getSimpleName() + " of");
            }
            element = declared.getAnnotatedActualTypeArguments()[0];
            wanted = declared.getAnnotatedActualTypeArguments()[0].getType();
        }
        Type target = wanted;
        converter = Converter.to(target)
                .orElseThrow(() -> new IllegalArgumentException("has a type that no text becomes: " + target));
        Class<?> each = (Class<?>) target;
        boolean isMany = shape == Shape.LIST || shape == Shape.SET;
        ofEach = Constraints.of(shape == Shape.OPTIONAL ? parameter : element, each);
        ofAll = isMany ? Constraints.of(parameter, Collection.class) : Constraints.NONE;
        DefaultValue byDefault = parameter.getAnnotation(DefaultValue.class);
        fallback = byDefault == null ? List.of() : List.of(byDefault.value());
        if (byDefault != null) {
            try {
                read("its default value", fallback);
            } catch (HandshakeRefused refused) {
                throw new IllegalArgumentException(refused.getMessage());
            }
        }
    }

    /**
     * Reads what was sent.
     *
     * @param name of the parameter, for the log
     * @throws HandshakeRefused if something is missing, malformed or not allowed
     */
    Object read(String name, List<String> sent) {
        List<String> texts = sent.isEmpty() ? fallback : sent;
        if (shape == Shape.LIST || shape == Shape.SET) {
            Collection<Object> values = shape == Shape.LIST ? new ArrayList<>(texts.size()) : new LinkedHashSet<>();
            for (String text : texts) {
                values.add(one(name, text));
            }
            require(name, ofAll, values);
            return shape == Shape.LIST
                    ? Collections.unmodifiableList((List<?>) values)
                    : Collections.unmodifiableSet((Set<?>) values);
        }
        @Nullable Object value = texts.isEmpty() ? null : one(name, texts.get(texts.size() - 1));
        if (shape == Shape.OPTIONAL) {
            return Optional.ofNullable(value);
        } else if (value == null) {
            throw new HandshakeRefused(FORBIDDEN, name + " is missing");
        }
        return value;
    }

    private Object one(String name, String text) {
        Object value = converter
                .convert(text)
                .orElseThrow(() -> new HandshakeRefused(FORBIDDEN, name + " is not " + converter.description()));
        require(name, ofEach, value);
        return value;
    }

    private static void require(String name, Constraints constraints, Object value) {
        constraints.violated(value).ifPresent(rule -> {
            throw new HandshakeRefused(FORBIDDEN, name + " " + rule);
        });
    }
}
