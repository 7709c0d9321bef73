package dev.parley.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a close frame says. Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455, section 7.4</a>
 */
public sealed interface CloseStatus permits CloseCode, CloseStatus.Own {
    /** The number on the wire. */
    int code();

    /** The text beside it; at most 123 bytes of UTF-8. */
    String reason();

    /** Whether its peer may come back; or else trying again is no use. */
    default boolean mayReconnect() {
        return code() == CloseCode.GOING_AWAY.code()
                || code() == CloseCode.INTERNAL_ERROR.code()
                || (code() >= 3000 && code() < 4500);
    }

    /** In a word that is one of a few, for metrics. */
    default String cause() {
        return this instanceof CloseCode known
                ? known.name().toLowerCase(Locale.ROOT)
                : code() == CloseCode.REMOVED.code() ? CloseCode.REMOVED.cause() : "own";
    }

    /**
     * Removed, for somebody's reason; our own if it is empty.
     *
     * @throws IllegalArgumentException if it is too long
     */
    static CloseStatus removed(String reason) {
        return reason.isEmpty() ? CloseCode.REMOVED : new Own(CloseCode.REMOVED.code(), reason);
    }

    /** Whether an endpoint may send it: 1000, 1001, 1003, 1007 to 1011, or 3000 to 4999. */
    static boolean maySend(int code) {
        return (code >= 3000 && code <= 4999)
                || code == 1000
                || code == 1001
                || code == 1003
                || (code >= 1007 && code <= 1011);
    }

    /** One of an endpoint's own. */
    record Own(int code, String reason) implements CloseStatus {
        private static final int MAX_REASON_BYTES = 123;

        /**
         * Checks what it is given.
         *
         * @throws IllegalArgumentException if no endpoint may send the code, or the reason is too long
         */
        public Own {
            if (!maySend(code)) {
                throw new IllegalArgumentException("no endpoint may close with " + code);
            }
            if (reason.getBytes(StandardCharsets.UTF_8).length > MAX_REASON_BYTES) {
                throw new IllegalArgumentException("a reason has at most " + MAX_REASON_BYTES + " bytes");
            }
        }
    }
}
