package dev.parley.client;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON text, whole or one level of it. Not thread-safe; used once.
 *
 * <p>Whatever is not one JSON value is an {@code IllegalArgumentException} that says where.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
final class JsonReader {
    private static final int MAX_DEPTH = 100; // it is read by recursion

    private final String text;
    private int at;
    private int depth;

    private JsonReader(String text) {
        this.text = text;
    }

    /** The value as maps, lists, texts, numbers and booleans. */
    static @Nullable Object value(String json) {
        JsonReader reader = new JsonReader(json);
        Object value = reader.value();
        reader.end();
        return value;
    }

    /** The members of an object, each as JSON; of a name that is given twice the last one counts. */
    static Map<String, String> members(String json) {
        Map<String, String> members = new LinkedHashMap<>();
        JsonReader reader = new JsonReader(json);
        reader.object(name -> members.put(name, reader.slice()));
        reader.end();
        return members;
    }

    /** The elements of an array, each as JSON. */
    static List<String> elements(String json) {
        List<String> elements = new ArrayList<>();
        JsonReader reader = new JsonReader(json);
        reader.array(() -> elements.add(reader.slice()));
        reader.end();
        return elements;
    }

    private @Nullable Object value() {
        return switch (peek()) {
            case '{' -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                object(name -> members.put(name, value()));
                yield members;
            }
            case '[' -> {
                List<@Nullable Object> elements = new ArrayList<>();
                array(() -> elements.add(value()));
                yield elements;
            }
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    /** A value that nobody has asked for, as text. */
    private String slice() {
        peek();
        int start = at;
        skip();
        return text.substring(start, at);
    }

    private void skip() {
        switch (peek()) {
            case '{' -> object(name -> skip());
            case '[' -> array(this::skip);
            default -> value();
        }
    }

    private void object(Consumer<String> member) {
        open('{');
        boolean isMore = peek() != '}';
        while (isMore) {
            peek();
            String name = string();
            take(':');
            member.accept(name);
            isMore = isMore();
        }
        close('}');
    }

    private void array(Runnable element) {
        open('[');
        boolean isMore = peek() != ']';
        while (isMore) {
            element.run();
            isMore = isMore();
        }
        close(']');
    }

    private void open(char bracket) {
        take(bracket);
        if (++depth > MAX_DEPTH) {
            throw wrong();
        }
    }

    private void close(char bracket) {
        take(bracket);
        depth--;
    }

    private boolean isMore() {
        boolean isMore = peek() == ',';
        at += isMore ? 1 : 0;
        return isMore;
    }

    private String string() {
        take('"');
        StringBuilder string = null;
        int start = at;
        for (; ; at++) {
            char c = here();
            if (c == '"') {
                String rest = text.substring(start, at++);
                return string == null ? rest : string.append(rest).toString();
            }
            if (c < ' ') {
                throw wrong();
            }
            if (c == '\\') {
                string = string == null ? new StringBuilder() : string;
                string.append(text, start, at++).append(escaped());
                start = at + 1;
            }
        }
    }

    private char escaped() {
        char c = here();
        if (c != 'u') {
            int known = "\"\\/bfnrt".indexOf(c);
            if (known < 0) {
                throw wrong();
            }
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            int digit = Character.digit(here(), 16);
            if (digit < 0) {
                throw wrong();
            }
            unit = unit * 16 + digit;
        }
        return (char) unit;
    }

    private Number number() {
        int start = at;
        at += here() == '-' ? 1 : 0;
        if (here() == '0') {
            at++;
        } else {
            digits();
        }
        boolean isInteger = true;
        if (is('.')) {
            at++;
            digits();
            isInteger = false;
        }
        if (is('e') || is('E')) {
            at++;
            at += is('+') || is('-') ? 1 : 0;
            digits();
            isInteger = false;
        }
        String number = text.substring(start, at);
        if (!isInteger) {
            return Double.valueOf(number);
        }
        if (number.length() < 19) {
            return Long.valueOf(number);
        }
        BigInteger integer = new BigInteger(number);
        return integer.bitLength() < Long.SIZE ? (Number) integer.longValue() : integer;
    }

    private void digits() {
        if (here() < '0' || here() > '9') {
            throw wrong();
        }
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong();
        }
        at += word.length();
        return value;
    }

    private void take(char expected) {
        if (peek() != expected) {
            throw wrong();
        }
        at++;
    }

    /** The next character that is no space. */
    private char peek() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return here();
    }

    private char here() {
        if (at >= text.length()) {
            throw wrong();
        }
        return text.charAt(at);
    }

    private boolean is(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private void end() {
        while (at < text.length()) {
            if (" \t\n\r".indexOf(text.charAt(at++)) < 0) {
                throw wrong();
            }
        }
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("no JSON value, at character " + at);
    }
}
