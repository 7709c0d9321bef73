package dev.parley.handshake;

import dev.parley.Fake;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Visitors who have come without a container. */
final class Visitors {
    private Visitors() {}

    /** One with these path variables, query parameters and cookies, and no header. */
    static Visitor of(Map<String, String> path, Map<String, List<String>> query, Map<String, List<String>> cookies) {
        return of(path, query, cookies, Map.of());
    }

    /** One with headers, too. */
    static Visitor of(
            Map<String, String> path,
            Map<String, List<String>> query,
            Map<String, List<String>> cookies,
            Map<String, List<String>> headers) {
        Map<String, List<String>> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        known.putAll(headers);
        HttpServletRequest request = Fake.of(HttpServletRequest.class, (name, arguments) -> {
            if (name.equals("getHeaders")) {
                return Collections.enumeration(known.getOrDefault((String) arguments[0], List.of()));
            }
            throw new AssertionError("unexpected question for " + name);
        });
        return new Visitor(path, query, cookies, request, "127.0.0.1");
    }
}
