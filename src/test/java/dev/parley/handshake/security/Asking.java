package dev.parley.handshake.security;

import dev.parley.Fake;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A request that says who it is from, or does not. */
final class Asking {
    private final String query;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private Principal principal;
    private Set<String> roles = Set.of();

    Asking(String query) {
        this.query = query;
        with("Host", "app.example");
    }

    Asking with(String name, String line) {
        headers.computeIfAbsent(name, any -> new ArrayList<>()).add(line);
        return this;
    }

    /** Somebody whom the container knows. */
    Asking by(String user, String... theirRoles) {
        principal = () -> user;
        roles = Set.of(theirRoles);
        return this;
    }

    HttpServletRequest request() {
        return Fake.of(HttpServletRequest.class, (name, arguments) -> switch (name) {
            case "getQueryString" -> query;
            case "getHeaders" -> Collections.enumeration(headers.getOrDefault((String) arguments[0], List.of()));
            case "getHeader" ->
                headers.getOrDefault((String) arguments[0], List.of()).stream()
                        .findFirst()
                        .orElse(null);
            case "getUserPrincipal" -> principal;
            case "isUserInRole" -> roles.contains((String) arguments[0]);
            case "getMethod" -> "POST";
            case "isSecure" -> true;
            case "getSession" -> null;
            case "getRemoteAddr" -> "127.0.0.1";
            default -> throw new AssertionError("unexpected question for " + name);
        });
    }
}
