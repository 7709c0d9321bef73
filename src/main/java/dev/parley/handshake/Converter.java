package dev.parley.handshake;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Makes a value of a text that a visitor sent. Bad text is an empty result, never an exception. Immutable, thread-safe.
 *
 * @param description what it accepts, for the log
 */
record Converter(String description, Function<String, Optional<Object>> conversion) {
    private static final int UUID_LENGTH = 36;

    private static final Map<Type, Converter> KNOWN = known();

    /** Nothing if no text becomes such a value. */
    static Optional<Converter> to(Type type) {
        return Optional.ofNullable(KNOWN.get(type))
                .or(() -> type instanceof Class<?> other ? Factory.of(other) : Optional.empty());
    }

    Optional<Object> convert(String text) {
        return conversion.apply(text);
    }

    /** A conversion that throws when it does not like the text. Whatever it throws, the text is to blame. */
    static Converter throwing(String description, Function<String, Object> conversion) {
        return new Converter(description, text -> {
            try {
                return Optional.ofNullable(conversion.apply(text));
            } catch (RuntimeException malformed) {
                return Optional.empty();
            }
        });
    }

    private static Map<Type, Converter> known() {
        Map<Type, Converter> known = new HashMap<>();
        known.put(String.class, new Converter("text", Optional::of));
        known.put(
                BigInteger.class,
                new Converter("an integer", text -> Numbers.integer(text).map(value -> value)));
        integer(known, byte.class, Byte.class, 8, BigInteger::byteValue);
        integer(known, short.class, Short.class, 16, BigInteger::shortValue);
        integer(known, int.class, Integer.class, 32, BigInteger::intValue);
        integer(known, long.class, Long.class, 64, BigInteger::longValue);
        known.put(
                BigDecimal.class,
                new Converter("a number", text -> Numbers.decimal(text).map(value -> value)));
        both(
                known,
                double.class,
                Double.class,
                new Converter("a number", text -> Numbers.floating(text, BigDecimal::doubleValue)));
        both(
                known,
                float.class,
                Float.class,
                new Converter("a number", text -> Numbers.floating(text, BigDecimal::floatValue)));
        both(known, boolean.class, Boolean.class, new Converter("true or false", Converter::truth));
        known.put(UUID.class, throwing("a UUID", text -> text.length() == UUID_LENGTH ? UUID.fromString(text) : null));
        known.put(Duration.class, throwing("a duration such as PT20S", Duration::parse));
        known.put(Instant.class, throwing("a time such as 2026-01-31T12:00:00Z", Instant::parse));
        known.put(LocalDate.class, throwing("a date such as 2026-01-31", LocalDate::parse));
        return Map.copyOf(known);
    }

    private static void integer(
            Map<Type, Converter> known,
            Class<?> primitive,
            Class<?> boxed,
            int bits,
            Function<BigInteger, Object> made) {
        both(known, primitive, boxed, new Converter("an integer of " + bits + " bits", Numbers.integer(bits, made)));
    }

    private static void both(Map<Type, Converter> known, Class<?> primitive, Class<?> boxed, Converter converter) {
        known.put(primitive, converter);
        known.put(boxed, converter);
    }

    /** What pydantic takes for one. */
    private static Optional<Object> truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "on", "yes", "t", "y" -> Optional.of(true);
            case "false", "0", "off", "no", "f", "n" -> Optional.of(false);
            default -> Optional.empty();
        };
    }
}
