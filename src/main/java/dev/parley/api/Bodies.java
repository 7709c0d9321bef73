package dev.parley.api;

import dev.parley.handshake.BlockingLimit;
import dev.parley.handshake.HandshakeRefused;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Reads the JSON that comes along with requests: as much as is taken, and few at once that have not arrived yet. Thread-safe. */
final class Bodies {
    private final int maxBytes;
    private final BlockingLimit late = new BlockingLimit(64, 16);

    Bodies(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** What came along, if it can be taken. */
    sealed interface Body {
        /** It is there. */
        record Text(String text) implements Body {}

        /** It cannot be taken. */
        record Refused(int status, String title, String detail) implements Body {}
    }

    /** Blocks until it has arrived. */
    Body read(HttpServletRequest request, String address) throws IOException {
        if (!isJson(Objects.requireNonNullElse(request.getContentType(), ""))) {
            return new Body.Refused(415, "Unsupported media type", "The body must be application/json in UTF-8.");
        }
        byte[] bytes;
        try (InputStream in = request.getInputStream()) {
            bytes = request.getContentLengthLong() > in.available() || request.getContentLengthLong() < 0
                    ? late.call(address, () -> read(in))
                    : read(in);
        } catch (HandshakeRefused tooMany) {
            return new Body.Refused(tooMany.status(), "Too much at once", "Too many bodies are on their way.");
        } catch (UncheckedIOException broken) {
            throw broken.getCause();
        }
        if (bytes.length > maxBytes) {
            return new Body.Refused(413, "Too big", "The body may have " + maxBytes + " bytes.");
        }
        try {
            return new Body.Text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException broken) {
            return new Body.Refused(400, "Bad request", "The body is not UTF-8.");
        }
    }

    private byte[] read(InputStream body) {
        try {
            return body.readNBytes(maxBytes + 1);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** JSON is UTF-8 (RFC 8259, section 8.1). Whoever names another charset means something else. */
    private static boolean isJson(String contentType) {
        List<String> parts = Arrays.stream(contentType.toLowerCase(Locale.ROOT).split(";", -1))
                .map(part -> part.replaceAll("[\\s\"]", ""))
                .toList();
        return parts.get(0).equals("application/json")
                && parts.stream()
                        .filter(part -> part.startsWith("charset="))
                        .allMatch(part -> part.equals("charset=utf-8") || part.equals("charset=utf8"));
    }
}
