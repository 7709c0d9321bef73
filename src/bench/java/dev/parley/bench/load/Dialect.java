package dev.parley.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How a server wants the guide's chat and echo spoken. */
public enum Dialect {
    /** As in the FastAPI guide: bare text. */
    GUIDE {
        @Override
        public String chatPath(int clientId) {
            return "/ws/" + clientId;
        }

        @Override
        public String echoPath() {
            return "/ws";
        }

        @Override
        String chat(String text) {
            return text;
        }

        @Override
        String echo(String text) {
            return text;
        }

        @Override
        String received(String event, String text) {
            return text;
        }

        @Override
        public int trailing() {
            return 0;
        }

        @Override
        boolean opensWithTheHandshake() {
            return true;
        }

        @Override
        boolean isTalk(byte[] bytes, int from, int to) {
            return true;
        }
    },

    /** Socket.IO 4 over Engine.IO 4, straight to its WebSocket transport. */
    SOCKET_IO {
        @Override
        public String chatPath(int clientId) {
            return "/socket.io/?EIO=4&transport=websocket&client_id=" + clientId;
        }

        @Override
        public String echoPath() {
            return "/socket.io/?EIO=4&transport=websocket";
        }

        @Override
        String chat(String text) {
            return packet("chat", text);
        }

        @Override
        String echo(String text) {
            return packet("echo", text);
        }

        @Override
        String received(String event, String text) {
            return packet(event, text);
        }

        @Override
        public int trailing() {
            return 2;
        }

        @Override
        boolean opensWithTheHandshake() {
            return false;
        }

        @Override
        boolean isTalk(byte[] bytes, int from, int to) {
            return to - from > 2 && bytes[from] == '4' && bytes[from + 1] == '2';
        }

        private String packet(String event, String text) {
            return "42[\"" + event + "\",\"" + text + "\"]";
        }
    };

    /** Where a member of the chat connects. */
    public abstract String chatPath(int clientId);

    /** Where the echo is. */
    public abstract String echoPath();

    /** What a member sends to say {@code text}. */
    abstract String chat(String text);

    /** What a client sends to have {@code text} echoed. */
    abstract String echo(String text);

    /** What is received when the server sends {@code text}. */
    abstract String received(String event, String text);

    /** How many bytes stand behind the text in what is received. */
    public abstract int trailing();

    /** Whether a client is ready as soon as it has its 101. */
    abstract boolean opensWithTheHandshake();

    /** Whether a text belongs to the conversation, and not to the protocol below it. */
    abstract boolean isTalk(byte[] bytes, int from, int to);

    /** The answer that the protocol below the conversation wants; null for none. */
    static @Nullable String answerTo(byte[] bytes, int from, int to) {
        return switch (bytes[from]) {
            case '2' -> "3"; // Engine.IO's own ping
            case '0' -> "40"; // its opening: now the name space must be asked for
            default -> null;
        };
    }

    /** Whether this is the answer that makes a client ready. */
    static boolean isWelcome(byte[] bytes, int from, int to) {
        return to - from >= 2 && bytes[from] == '4' && bytes[from + 1] == '0';
    }

    /** The text that every member receives when a member has said {@code text}. */
    public byte[] delivery(int clientId, String text) {
        return bytes(received("message", "Client #" + clientId + " says: " + text));
    }

    /** The text that the member itself receives first. */
    public byte[] reply(String text) {
        return bytes(received("message", "You wrote: " + text));
    }

    /** The text that the echo answers with. */
    public byte[] echoed(String text) {
        return bytes(received("echo", "Message text was: " + text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether what was received is exactly what was expected. */
    public static boolean same(byte[] expected, byte[] bytes, int from, int to) {
        return Arrays.equals(expected, 0, expected.length, bytes, from, to);
    }
}
