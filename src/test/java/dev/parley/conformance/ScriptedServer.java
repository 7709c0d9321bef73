package dev.parley.conformance;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server's side of WebSocket connections, one after the other, of which a script decides every message. Used by one thread;
 * another one reads.
 */
final class ScriptedServer implements AutoCloseable {
    private static final Pattern KEY = Pattern.compile("(?im)^Sec-WebSocket-Key:\\s*(\\S+)\\s*$");
    private static final Pattern PROTOCOL =
            Pattern.compile("(?im)^Sec-WebSocket-Protocol:(?:.*[,\\s])?parley\\.v1(?:[,\\s].*)?$");
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final String END = ""; // no message of a client is empty

    private final ServerSocket entrance;
    private Socket socket = new Socket();
    private BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    ScriptedServer() throws IOException {
        entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    URI address() {
        return URI.create("ws://127.0.0.1:" + entrance.getLocalPort() + "/rooms");
    }

    /** Takes the next connection, if there is one in time. Plain requests in between are answered with 404. */
    boolean accept(long millis) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            entrance.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            Socket next;
            try {
                next = entrance.accept();
            } catch (SocketTimeoutException e) {
                return false;
            }
            DataInputStream in = new DataInputStream(next.getInputStream());
            String request = head(in);
            Matcher key = KEY.matcher(request);
            if (!key.find()) {
                next.getOutputStream()
                        .write(ascii("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                next.close();
                continue;
            }
            if (!PROTOCOL.matcher(request).find()) {
                throw new AssertionError("the handshake does not offer parley.v1: " + request);
            }
            next.getOutputStream()
                    .write(ascii("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: " + accepted(key.group(1))
                            + "\r\nSec-WebSocket-Protocol: parley.v1\r\n\r\n"));
            BlockingQueue<String> messages = new LinkedBlockingQueue<>();
            Thread reader = new Thread(() -> read(next, in, messages), "scripted-server");
            reader.setDaemon(true);
            reader.start();
            socket = next;
            heard = messages;
            return true;
        }
    }

    private static String head(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static String accepted(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(ascii(key + GUID));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has it", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void read(Socket socket, DataInputStream in, BlockingQueue<String> messages) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        try {
            while (true) {
                int first = in.readUnsignedByte();
                byte[] payload = payload(in);
                switch (first & 0x0f) {
                    case 0, TEXT -> {
                        message.write(payload);
                        if ((first & 0x80) != 0) {
                            messages.add(message.toString(StandardCharsets.UTF_8));
                            message.reset();
                        }
                    }
                    case PING -> write(socket, PONG, payload);
                    case CLOSE -> {
                        write(socket, CLOSE, payload);
                        throw new EOFException("closed");
                    }
                    default -> {}
                }
            }
        } catch (IOException e) {
            messages.add(END);
        }
    }

    private static byte[] payload(DataInputStream in) throws IOException {
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(Math.toIntExact(length));
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return payload;
    }

    private static void write(Socket socket, int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 10).put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else {
            frame.put((byte) 126).putShort((short) payload.length);
        }
        frame.put(payload);
        synchronized (socket) {
            socket.getOutputStream().write(frame.array(), 0, frame.position());
            socket.getOutputStream().flush();
        }
    }

    void tell(String text) throws IOException {
        write(socket, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The next message of the client; nothing if there is none in time, or the connection has ended. */
    Optional<String> hear(long millis) throws InterruptedException {
        return Optional.ofNullable(heard.poll(millis, TimeUnit.MILLISECONDS)).filter(text -> !text.equals(END));
    }

    void close(int code) throws IOException {
        write(socket, CLOSE, ByteBuffer.allocate(2).putShort((short) code).array());
        socket.shutdownOutput();
    }

    /** The connection breaks, and the client is told nothing. */
    void cut() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        entrance.close();
    }
}
