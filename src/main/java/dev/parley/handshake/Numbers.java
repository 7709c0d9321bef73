package dev.parley.handshake;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads numbers as Python reads them, in ASCII digits and at most 4300 of those, which keeps every reader fast whatever is sent.
 *
 * <p>The JDK's own readers take more than they should: digits of any script, spaces around, {@code 1d}, {@code 0x1p3}; and a
 * {@code BigDecimal} with an exponent of nine digits takes minutes once somebody adds one to it.
 */
final class Numbers {
    private static final int MAX_DIGITS = 4300;

    private Numbers() {}

    /** {@code [+-]?[0-9]+}. */
    static Optional<BigInteger> integer(String text) {
        int start = afterSign(text, 0);
        int end = afterDigits(text, start);
        boolean whole = end == text.length() && end > start && end - start <= MAX_DIGITS;
        return whole ? Optional.of(new BigInteger(text)) : Optional.empty();
    }

    /** An integer of so many bits, made into the Java type that has them. */
    static Function<String, Optional<Object>> integer(int bits, Function<BigInteger, Object> made) {
        return text -> integer(text).filter(value -> value.bitLength() < bits).map(made);
    }

    /** {@code [+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?}, with an exponent of at most four digits. */
    static Optional<BigDecimal> decimal(String text) {
        int start = afterSign(text, 0);
        int point = afterDigits(text, start);
        int end = point;
        int digits = point - start;
        if (end < text.length() && text.charAt(end) == '.') {
            end = afterDigits(text, end + 1);
            digits += end - point - 1;
        }
        if (digits == 0 || digits > MAX_DIGITS) {
            return Optional.empty();
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int exponent = afterSign(text, end + 1);
            end = afterDigits(text, exponent);
            if (end == exponent || end - exponent > 4) {
                return Optional.empty();
            }
        }
        return end == text.length() ? Optional.of(new BigDecimal(text)) : Optional.empty();
    }

    /** A decimal in binary floating point, unless it is too large for that. */
    static Optional<Object> floating(String text, Function<BigDecimal, Number> made) {
        return decimal(text)
                .map(made)
                .filter(value -> Double.isFinite(value.doubleValue()))
                .map(value -> value);
    }

    private static int afterSign(String text, int at) {
        boolean signed = at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-');
        return signed ? at + 1 : at;
    }

    private static int afterDigits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }
}
