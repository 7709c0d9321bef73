package dev.parley.it.wire;

import java.util.HexFormat;

/** What a server sends on an open WebSocket connection: whole messages, control frames, and in the end its end. */
public sealed interface Incoming {
    record Text(String text) implements Incoming {
        @Override
        public String toString() {
            return "text of " + text.length() + " characters \""
                    + (text.length() < 200 ? text : text.substring(0, 100) + "…") + '"';
        }
    }

    record Binary(int lengthBytes) implements Incoming {}

    record Pong(String hex) implements Incoming {
        static Pong of(byte[] payload) {
            return new Pong(HexFormat.of().formatHex(payload));
        }
    }

    /** The server's close frame; {@link #NO_CODE} where it carries none. */
    record Close(int code, String reason) implements Incoming {
        public static final int NO_CODE = 1005;

        /**
         * Whether a server may answer that close with this one: the same, but that Tomcat answers a close frame without
         * a code by 1000 before any application hears of it.
         */
        public boolean isEchoOf(Close sent) {
            return equals(sent) || (sent.code == NO_CODE && code == 1000);
        }
    }

    /** The TCP connection ended without a close frame before it. */
    record Ended(RawSocket.End how) implements Incoming {}
}
