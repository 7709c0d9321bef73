package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A handshake on its way to the server, without the parameters that have no name: Tomcat 11 answers 400 as soon as anybody asks for
 * the parameters of a request with one, and asks at every upgrade itself.
 */
final class NamedParameters extends HttpServletRequestWrapper {
    private static final Pattern NAMELESS = Pattern.compile("(^|&)=");

    private final Map<String, String[]> parameters = new LinkedHashMap<>();

    private NamedParameters(HttpServletRequest request) {
        super(request);
        RequestTarget.parse("/", request.getQueryString()).query().forEach((name, values) -> {
            if (!name.isEmpty()) {
                parameters.put(name, values.toArray(String[]::new));
            }
        });
    }

    /** The request as it is, unless it has parameters without a name. */
    static HttpServletRequest of(HttpServletRequest request) {
        String query = request.getQueryString();
        return query != null && NAMELESS.matcher(query).find() ? new NamedParameters(request) : request;
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        return parameters;
    }
}
