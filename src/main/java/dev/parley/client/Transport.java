package dev.parley.client;

import java.net.URI;
import java.net.http.HttpClient;

/**
 * How a WebSocket is opened. One method, so that something else can stand in for {@code java.net.http}, which Android lacks.
 * Thread-safe.
 */
@FunctionalInterface
public interface Transport {
    /**
     * Opens a WebSocket, and returns at once. Whatever becomes of it is told to the listener: {@code opened} first, and in the end, once,
     * either {@code closed} or {@code refused}; never two things at a time. The listener does not block.
     *
     * @param uri {@code ws:} or {@code wss:}
     * @param subprotocol to be offered in the handshake
     */
    Connection open(URI uri, String subprotocol, Listener listener);

    /** One WebSocket, perhaps not yet open. Thread-safe. */
    interface Connection {
        /** Sends a text message behind those before it, without waiting. Only after {@code opened}; whether it arrived is not told. */
        void send(String text);

        /** Closes it with 1000, or drops it where that takes long; the listener need not be told. Idempotent. */
        void close();
    }

    /** Is told what happens to a WebSocket. */
    interface Listener {
        void opened();

        /** A whole text message has come. */
        void text(String text);

        /**
         * It has ended, or never opened.
         *
         * @param code the close code; 1006 for an end without a close frame
         * @param reason the peer's, or what the transport has to say
         */
        void closed(int code, String reason);

        /** The server answered the handshake in plain HTTP. */
        void refused(int status);
    }

    /** The JDK's WebSockets, over a client that has the certificates, the proxy or the cookies that they need. */
    static Transport over(HttpClient http) {
        return new JdkTransport(() -> http);
    }
}
