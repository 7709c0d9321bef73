package dev.parley.handshake;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where parameters are bound from: one request, already parsed.
 */
record Visit(Map<String, String> path, Map<String, List<String>> query, Map<String, String> cookies) {
    @Nullable
    String lastOfQuery(String name) {
        List<String> values = query.get(name);
        return values == null ? null : values.get(values.size() - 1);
    }

    /** Says nothing of what was sent, which may hold credentials. */
    @Override
    public String toString() {
        return "visit";
    }
}
