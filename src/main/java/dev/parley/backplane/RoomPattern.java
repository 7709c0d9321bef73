package dev.parley.backplane;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for the names of rooms: letters of a name, {@code *} for any letters, none included, and {@code {variable}} for one or
 * more. Immutable.
 *
 * <p>Every name can be read in one way only. A variable never reaches across the letter that follows it, nor, after a {@code *},
 * across the letter before it: {@code order-carol-x-1} is carol's under {@code order-{user}-*}, and never that of somebody called
 * {@code carol-x}. A {@code *} or another variable beside a variable, or a {@code *} on both sides of one, would have to be guessed,
 * and is refused.
 *
 * <p>Patterns are ordered from the most specific down: by letters, then by fewer {@code *}, then by fewer variables, then by text.
 */
public final class RoomPattern implements Comparable<RoomPattern> {
    private static final Pattern PARTS = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_]*)}|(\\*)|([a-z0-9._:-]+)");

    private final String text;
    private final Pattern regex;
    private final List<String> variables = new ArrayList<>();
    private int letters;
    private int stars;

    /**
     * A pattern.
     *
     * @throws IllegalArgumentException if it is none, or one that could be read in two ways
     */
    public RoomPattern(String text) {
        this.text = text;
        StringBuilder made = new StringBuilder();
        Matcher part = PARTS.matcher(text);
        int end = 0;
        boolean wasOpen = false; // a variable or * stands just before
        boolean wasVariable = false;
        for (; part.find() && part.start() == end; end = part.end()) {
            boolean isVariable = part.group(1) != null;
            if (part.group(3) != null) {
                made.append(part.group(3).replace(".", "\\."));
                letters += part.group(3).length();
            } else if (wasVariable || (isVariable && wasOpen)) {
                throw new IllegalArgumentException(
                        "where a {variable} ends beside * or another one cannot be told: put a letter between them");
            } else if (isVariable) {
                made.append(variable(part.group(1), part.start(), part.end()));
            } else {
                made.append(".*");
                stars++;
            }
            wasOpen = part.group(3) == null;
            wasVariable = isVariable;
        }
        if (end != text.length() || text.isEmpty()) {
            throw new IllegalArgumentException("not a pattern for room names");
        }
        this.regex = Pattern.compile(made.toString());
    }

    /** What stands for a variable has an end that can be seen. */
    private String variable(String name, int start, int end) {
        boolean isOpenBefore = stars > 0;
        if (isOpenBefore && text.indexOf('*', end) >= 0) {
            throw new IllegalArgumentException(
                    "which part is {" + name + "} cannot be told: * may stand on one side of it only");
        }
        if (variables.contains(name)) {
            throw new IllegalArgumentException("{" + name + "} stands there twice");
        }
        variables.add(name);
        String never = (isOpenBefore ? text.substring(start - 1, start) : "")
                + (end == text.length() ? "" : text.substring(end, end + 1));
        return never.isEmpty() ? "(.+)" : "([^" + never.replace("-", "\\-") + "]+)";
    }

    /** The names of its variables, in their order. */
    public List<String> variables() {
        return List.copyOf(variables);
    }

    private boolean isOneName() {
        return stars == 0 && variables.isEmpty();
    }

    /** Whether a room is one of them; an inbox never is. */
    public boolean matches(RoomId room) {
        return isOneName()
                ? text.equals(room.name())
                : !room.isInbox() && regex.matcher(room.name()).matches();
    }

    /** What each variable stands for in a room's name; nothing if the room is none of them. */
    public Optional<Map<String, String>> match(RoomId room) {
        if (variables.isEmpty()) {
            return matches(room) ? Optional.of(Map.of()) : Optional.empty();
        }
        Matcher matcher = regex.matcher(room.name());
        if (room.isInbox() || !matcher.matches()) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            values.put(variables.get(i), matcher.group(i + 1));
        }
        return Optional.of(values);
    }

    @Override
    public int compareTo(RoomPattern other) {
        int order = Integer.compare(other.letters, letters);
        if (order == 0) {
            order = Integer.compare(stars, other.stars);
        }
        if (order == 0) {
            order = Integer.compare(variables.size(), other.variables.size());
        }
        return order == 0 ? text.compareTo(other.text) : order;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RoomPattern pattern && pattern.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
