package dev.parley.handshake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code Cookie} headers as FastAPI does. Not left to the container, because containers drop, unquote and repeat cookies
 * each in their own way.
 *
 * @see <a href="https://github.com/encode/starlette/blob/master/starlette/requests.py">starlette/requests.py, cookie_parser</a>
 */
final class Cookies {
    private Cookies() {}

    /** The values of each name, in order, over all headers. */
    static Map<String, List<String>> parse(List<String> headers) {
        Map<String, List<String>> cookies = new HashMap<>();
        for (String header : headers) {
            for (String pair : header.split(";", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? "" : pair.substring(0, equals).strip();
                String value = pair.substring(equals + 1).strip();
                if (!name.isEmpty() || !value.isEmpty()) {
                    cookies.computeIfAbsent(name, any -> new ArrayList<>(1)).add(unquoted(value));
                }
            }
        }
        return cookies;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
