package dev.parley.handshake;

import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes a value of a text that a visitor sent. Bad text is an empty result, never an exception.
 *
 * <p>Integers are {@code [+-]?[0-9]+} in ASCII digits, at most 4300 of them, as in Python; what does not fit the Java type is
 * no such integer.
 *
 * @param description what it accepts, for the log
 */
record Converter(String description, Function<String, Optional<Object>> conversion) {
    private static final int MAX_DIGITS = 4300;
    private static final BigInteger MIN_INT = BigInteger.valueOf(Integer.MIN_VALUE);
    private static final BigInteger MAX_INT = BigInteger.valueOf(Integer.MAX_VALUE);
    private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

    private static final Converter INT = new Converter(
            "an integer of 32 bits", text -> integer(text, MIN_INT, MAX_INT).map(BigInteger::intValue));
    private static final Converter LONG = new Converter(
            "an integer of 64 bits", text -> integer(text, MIN_LONG, MAX_LONG).map(BigInteger::longValue));

    private static final Map<Type, Converter> CONVERTERS = Map.of(
            String.class, new Converter("text", Optional::of),
            BigInteger.class,
                    new Converter(
                            "an integer", text -> integer(text, null, null).map(value -> value)),
            int.class, INT,
            Integer.class, INT,
            long.class, LONG,
            Long.class, LONG);

    static Optional<Converter> to(Type type) {
        return Optional.ofNullable(CONVERTERS.get(type));
    }

    Optional<Object> convert(String text) {
        return conversion.apply(text);
    }

    private static Optional<BigInteger> integer(String text, @Nullable BigInteger min, @Nullable BigInteger max) {
        if (!isInteger(text)) {
            return Optional.empty();
        }
        BigInteger value = new BigInteger(text);
        boolean fits = (min == null || value.compareTo(min) >= 0) && (max == null || value.compareTo(max) <= 0);
        return fits ? Optional.of(value) : Optional.empty();
    }

    private static boolean isInteger(String text) {
        int start = text.startsWith("+") || text.startsWith("-") ? 1 : 0;
        int digits = text.length() - start;
        if (digits < 1 || digits > MAX_DIGITS) {
            return false;
        }
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
