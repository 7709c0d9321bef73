package dev.parley.handshake;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for, decoded once, from the request target as it was sent. Immutable.
 *
 * <p>Parsed here and not by the container, because containers disagree: Jetty does not decode {@code @PathParam}, Undertow lets
 * a query parameter hide a path parameter, Open Liberty drops the first segment.
 *
 * @param segments the path below the context path, split at each {@code /} before decoding; {@code +} stays a plus
 * @param query the query parameters, in order for each name
 */
record RequestTarget(List<String> segments, Map<String, List<String>> query) {
    RequestTarget {
        segments = List.copyOf(segments);
        query = query.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }

    /**
     * Parses a raw path, which begins with {@code /}, and a raw query.
     *
     * @throws HandshakeRefused 400, if either has a bad percent-escape, bytes that are not UTF-8, a NUL, or a bare character
     *     that is a control or beyond ASCII, which Grizzly lets by
     */
    static RequestTarget parse(String rawPath, @Nullable String rawQuery) {
        List<String> segments = new ArrayList<>();
        for (String raw : rawPath.substring(1).split("/", -1)) {
            segments.add(decode(raw));
        }
        Map<String, List<String>> query = new HashMap<>();
        if (rawQuery != null) {
            for (String pair : rawQuery.split("&", -1)) {
                if (!pair.isEmpty()) {
                    int equals = pair.indexOf('=');
                    String name = equals < 0 ? pair : pair.substring(0, equals);
                    String value = equals < 0 ? "" : pair.substring(equals + 1);
                    query.computeIfAbsent(decodeForm(name), any -> new ArrayList<>(1))
                            .add(decodeForm(value));
                }
            }
        }
        return new RequestTarget(segments, query);
    }

    /** Says nothing of what was sent, which may hold credentials. */
    @Override
    public String toString() {
        return "request target of " + segments.size() + " segments";
    }

    private static String decodeForm(String raw) {
        return decode(raw.replace('+', ' '));
    }

    private static String decode(String raw) {
        if (isPlain(raw)) {
            return raw;
        }
        ByteBuffer bytes = ByteBuffer.allocate(raw.length());
        int i = 0;
        while (i < raw.length()) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes.put(octet(raw, i + 1));
                i += 3;
            } else {
                if (c < ' ' || c >= 0x7f) {
                    throw new HandshakeRefused(400, "request target is not printable ASCII");
                }
                bytes.put((byte) c);
                i++;
            }
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            if (text.indexOf('\0') >= 0) {
                throw new HandshakeRefused(400, "NUL in the request target");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new HandshakeRefused(400, "request target is not UTF-8");
        }
    }

    private static boolean isPlain(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%' || c < ' ' || c >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static byte octet(String raw, int at) {
        int high = at < raw.length() ? hex(raw.charAt(at)) : -1;
        int low = at + 1 < raw.length() ? hex(raw.charAt(at + 1)) : -1;
        if (high < 0 || low < 0) {
            throw new HandshakeRefused(400, "bad percent-escape in the request target");
        }
        return (byte) (high << 4 | low);
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1; // Character.digit takes full-width digits, too
    }
}
