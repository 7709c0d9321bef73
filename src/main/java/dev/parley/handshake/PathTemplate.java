package dev.parley.handshake;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The path of an endpoint, with variables that stand for one whole, non-empty segment each. Immutable. Templates are ordered as
 * they are tried: the first segment in which two differ decides, and there a literal comes before a variable.
 *
 * @see <a href="https://jakarta.ee/specifications/websocket/2.1/jakarta-websocket-spec-2.1#uri-mapping">Jakarta WebSocket 2.1,
 *     URI mapping</a>
 */
final class PathTemplate implements Comparable<PathTemplate> {
    private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z0-9_.-]+}");
    private static final Pattern LITERAL = Pattern.compile("[^{}/?#%;\\\\\\s\\p{Cntrl}]+");

    private final List<String> segments;

    /**
     * A template.
     *
     * @throws IllegalArgumentException if it is none, or one that some server gets wrong: Open Liberty drops a variable in the
     *     first segment, and servers differ over empty segments, dot segments and escapes
     */
    PathTemplate(String template) {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("path template must begin with /: " + template);
        }
        this.segments = List.of(template.substring(1).split("/", -1));
        if (isVariable(segments.get(0))) {
            throw new IllegalArgumentException("path template must not begin with a variable: " + template);
        }
        Set<String> variables = new HashSet<>();
        for (String segment : segments) {
            if (isVariable(segment) ? !variables.add(segment) : !isLiteral(segment)) {
                throw new IllegalArgumentException(
                        (isVariable(segment) ? "variable twice" : "segment that is neither literal nor {variable}")
                                + " in path template: " + template);
            }
        }
    }

    private static boolean isLiteral(String segment) {
        return LITERAL.matcher(segment).matches() && !segment.equals(".") && !segment.equals("..");
    }

    @Override
    public int compareTo(PathTemplate other) {
        for (int i = 0; i < Math.min(segments.size(), other.segments.size()); i++) {
            String mine = segments.get(i);
            String yours = other.segments.get(i);
            int order = Boolean.compare(isVariable(mine), isVariable(yours));
            if (order == 0 && !isVariable(mine)) {
                order = mine.compareTo(yours);
            }
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(segments.size(), other.segments.size());
    }

    /** Equal to those that match the same paths, whatever their variables are called. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PathTemplate template && compareTo(template) == 0;
    }

    @Override
    public int hashCode() {
        return segments.stream()
                .map(segment -> isVariable(segment) ? "{}" : segment)
                .toList()
                .hashCode();
    }

    /** The variables' values, or nothing if the path is another one. */
    Optional<Map<String, String>> match(List<String> path) {
        if (path.size() != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < path.size(); i++) {
            String segment = segments.get(i);
            String given = path.get(i);
            if (isVariable(segment)) {
                if (given.isEmpty() || given.indexOf('/') >= 0 || isDots(given)) {
                    return Optional.empty(); // a decoded slash or a dot segment would be another path
                }
                values.put(nameOf(segment), given);
            } else if (!segment.equals(given)) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    boolean declares(String variable) {
        return segments.contains("{" + variable + "}");
    }

    @Override
    public String toString() {
        return "/" + String.join("/", segments);
    }

    /** Containers cut off {@code ;parameters} before they resolve dot segments. */
    private static boolean isDots(String segment) {
        int parameters = segment.indexOf(';');
        String bare = parameters < 0 ? segment : segment.substring(0, parameters);
        return bare.equals(".") || bare.equals("..");
    }

    private static boolean isVariable(String segment) {
        return VARIABLE.matcher(segment).matches();
    }

    private static String nameOf(String segment) {
        return segment.substring(1, segment.length() - 1);
    }
}
