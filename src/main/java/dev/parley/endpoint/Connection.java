package dev.parley.endpoint;

import dev.parley.Caller;
import dev.parley.JsonBinding;
import org.jspecify.annotations.Nullable;

/**
 * One client of an endpoint. Thread-safe; nothing here blocks or fails because of the client: what is sent waits in a bounded outbox
 * ({@code parley.outbox-messages}, {@code parley.outbox-bytes}), and a client that lets it overflow is closed with 4001. After the end
 * everything is without effect.
 */
public interface Connection {
    /** A random name, safe to show to others and to log. */
    String id();

    /**
     * Who is at the other end: whom a dependency such as {@link dev.parley.handshake.security.CurrentUser} has found;
     * {@link Caller#ANONYMOUS} if there is none.
     */
    Caller caller();

    /** Whether it may still be sent to. */
    boolean isOpen();

    /** Sends a text message. */
    void send(String text);

    /** Sends a binary message. The bytes are copied. */
    void send(byte[] binary);

    /**
     * Sends an object as JSON, by the application's {@link JsonBinding}.
     *
     * @throws IllegalArgumentException if no JSON becomes of it
     */
    default void sendJson(@Nullable Object data) {
        send(JsonBinding.current().write(data));
    }

    /**
     * Closes it, after what has been sent before.
     *
     * @param code 1000, 1001, 1003, 1007 to 1011, or 3000 to 4999
     * @param reason for the client, at most 123 bytes of UTF-8
     * @throws IllegalArgumentException if the code may not be sent or the reason is too long
     */
    void close(int code, String reason);
}
