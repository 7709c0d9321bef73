package dev.parley.handshake;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The path of an endpoint, with variables that stand for one whole, non-empty segment each. Immutable.
 *
 * @see <a href="https://jakarta.ee/specifications/websocket/2.1/jakarta-websocket-spec-2.1#uri-mapping">Jakarta WebSocket 2.1,
 *     URI mapping</a>
 */
final class PathTemplate {
    private final List<String> segments;

    /**
     * A template.
     *
     * @throws IllegalArgumentException if it does not begin with {@code /}, or begins with a variable, which Open Liberty drops
     */
    PathTemplate(String template) {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("path template must begin with /: " + template);
        }
        this.segments = List.of(template.substring(1).split("/", -1));
        if (isVariable(segments.get(0))) {
            throw new IllegalArgumentException("path template must not begin with a variable: " + template);
        }
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

    int variables() {
        return (int) segments.stream().filter(PathTemplate::isVariable).count();
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
        return segment.startsWith("{") && segment.endsWith("}");
    }

    private static String nameOf(String segment) {
        return segment.substring(1, segment.length() - 1);
    }
}
