package dev.parley.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * One JSON value, exactly as it was written. Immutable, thread-safe.
 *
 * <p>Only its syntax has been checked, and its limits; what is inside is looked at when somebody asks, one level at a time. So
 * what nobody asks for is never built: a million names in somebody's payload are characters, and pass as they are.
 *
 * <p>The one class that knows the library beneath.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
public final class Json {
    /** What a value can be. */
    public enum Kind {
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        BOOLEAN,
        NULL
    }

    /** How deep arrays and objects may nest. */
    public static final int MAX_DEPTH = 32;

    /** How many characters a number may have: enough for every integer of 256 bits and every decimal that means something. */
    public static final int MAX_NUMBER_LENGTH = 100;

    /** How many characters the name of a member may have. */
    public static final int MAX_NAME_LENGTH = 1_000;

    /** How many members or elements somebody may be given of one value; more of them may be there, unasked for. */
    public static final int MAX_MEMBERS = 1_000;

    private static final TokenStreamFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .build())
            // Tables of names seen before would be shared by all peers, and grow at the will of any.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .recyclerPool(JsonRecyclerPools.newBoundedPool(64)) // no thread-locals: they would outlive the application
            .build();

    private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

    private final String source;
    private final Kind kind;

    private Json(String source, Kind kind) {
        this.source = source;
        this.kind = kind;
    }

    /** The one value in {@code text}; nothing if it is not one, or beyond the limits. Never throws. */
    public static Optional<Json> parse(String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null || !pass(parser)) {
                return Optional.empty();
            }
            Json value = new Json(text.strip(), kindOf(first));
            return parser.nextToken() == null ? Optional.of(value) : Optional.empty();
        } catch (JacksonException malformed) {
            return Optional.empty();
        }
    }

    /** Goes to the end of the value; false if a number is too long, which the library sees only when it converts it. */
    private static boolean pass(JsonParser parser) {
        int depth = 0;
        for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (token.isNumeric() && parser.getStringLength() > MAX_NUMBER_LENGTH) {
                return false;
            }
            if (depth == 0) {
                return true;
            }
        }
        return false;
    }

    /** The value that begins with the parser's token; the parser then stands at its end. Its syntax is known to be right. */
    private static Json read(JsonParser parser, JsonToken first, String text) {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        parser.finishToken(); // strings and numbers are otherwise passed over only when the next token is asked for
        int end = (int) parser.currentLocation().getCharOffset();
        return new Json(text.substring(start, end), kindOf(first));
    }

    private static Kind kindOf(JsonToken first) {
        return switch (first) {
            case START_OBJECT -> Kind.OBJECT;
            case START_ARRAY -> Kind.ARRAY;
            case VALUE_STRING -> Kind.STRING;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Kind.NUMBER;
            case VALUE_TRUE, VALUE_FALSE -> Kind.BOOLEAN;
            case VALUE_NULL -> Kind.NULL;
            default -> throw new IllegalStateException("no value begins with " + first);
        };
    }

    public Kind kind() {
        return kind;
    }

    /** The value as it was written, without the space around it. */
    public String source() {
        return source;
    }

    /**
     * The members of an object, in their order; nothing if this is none, or has more than {@link #MAX_MEMBERS}. Of a name that
     * is given twice the last one counts, as in JavaScript.
     */
    public Optional<Map<String, Json>> members() {
        if (kind != Kind.OBJECT) {
            return Optional.empty();
        }
        Map<String, Json> members = new LinkedHashMap<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), source)) {
            parser.nextToken();
            int count = 0;
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                if (++count > MAX_MEMBERS) {
                    return Optional.empty();
                }
                members.put(name, read(parser, parser.nextToken(), source));
            }
        }
        return Optional.of(members);
    }

    /** The elements of an array; nothing if this is none, or has more than {@link #MAX_MEMBERS}. */
    public Optional<List<Json>> elements() {
        if (kind != Kind.ARRAY) {
            return Optional.empty();
        }
        List<Json> elements = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), source)) {
            parser.nextToken();
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                if (elements.size() == MAX_MEMBERS) {
                    return Optional.empty();
                }
                elements.add(read(parser, token, source));
            }
        }
        return Optional.of(elements);
    }

    /** The text of a string; nothing if this is none. What UTF-8 has no bytes for, a lone surrogate, becomes U+FFFD. */
    public Optional<String> string() {
        if (kind != Kind.STRING) {
            return Optional.empty();
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), source)) {
            parser.nextToken();
            return Optional.of(wellFormed(parser.getString()));
        }
    }

    /** An integer as it was written, without fraction or exponent; nothing if this is none. */
    public Optional<String> integer() {
        boolean isInteger = kind == Kind.NUMBER && source.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
        return isInteger ? Optional.of(source) : Optional.empty();
    }

    /** The value without the space between its tokens. */
    public String compact() {
        StringBuilder compact = new StringBuilder(source.length());
        boolean inString = false;
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            if (inString && c == '\\') {
                compact.append(c);
                c = source.charAt(++i);
            } else if (c == '"') {
                inString = !inString;
            } else if (!inString && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
                continue;
            }
            compact.append(c);
        }
        return compact.toString();
    }

    /** Appends {@code text} as a JSON string, in quotes. */
    public static void quote(CharSequence text, StringBuilder to) {
        to.append('"');
        ENCODER.quoteAsString(text, to);
        to.append('"');
    }

    private static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        return repaired == null ? text : repaired.toString();
    }

    /** Says what it is, and nothing of what is in it. */
    @Override
    public String toString() {
        return "a JSON " + kind.name().toLowerCase(Locale.ROOT) + " of " + source.length() + " characters";
    }
}
