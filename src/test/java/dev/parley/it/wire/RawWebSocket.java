package dev.parley.it.wire;

import dev.parley.it.wire.Incoming.Binary;
import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.Incoming.Ended;
import dev.parley.it.wire.Incoming.Pong;
import dev.parley.it.wire.Incoming.Text;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An accepted WebSocket connection on a {@link RawSocket}: sends any frame, and holds every frame of the server to RFC
 * 6455 before the test sees it.
 *
 * <p>Used by one thread at a time. Pings of the server are answered while reading and not reported.
 */
public final class RawWebSocket implements AutoCloseable {
    private final RawSocket socket;
    private final HttpResponse response;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream(); // so far; a pong may come in between
    private int messageOpcode = -1;
    private boolean answersPings = true;

    private RawWebSocket(RawSocket socket, HttpResponse response) {
        this.socket = socket;
        this.response = response;
    }

    /** Sends the request on a new connection and demands that it is accepted. */
    public static RawWebSocket open(UpgradeRequest request) {
        RawSocket socket = RawSocket.connect(request.site());
        socket.send(request.bytes());
        return accepted(socket, request);
    }

    /** Like {@link #open(UpgradeRequest)}, with the frames in the same segment as the request. */
    public static RawWebSocket openPipelined(UpgradeRequest request, Frame... frames) {
        RawSocket socket = RawSocket.connect(request.site());
        byte[] head = request.bytes();
        byte[] tail = Frame.bytes(List.of(frames));
        socket.send(ByteBuffer.allocate(head.length + tail.length)
                .put(head)
                .put(tail)
                .array());
        return accepted(socket, request);
    }

    /** Reads the answer to a request that was sent already and demands a correct 101. */
    public static RawWebSocket accepted(RawSocket socket, UpgradeRequest request) {
        return accepted(socket, request, socket.readResponse(false));
    }

    /** Demands that the answer that was read already is a correct 101. */
    public static RawWebSocket accepted(RawSocket socket, UpgradeRequest request, HttpResponse response) {
        boolean isUpgrade = response.status() == 101
                && response.value("Upgrade")
                        .filter("websocket"::equalsIgnoreCase)
                        .isPresent()
                && response.value("Connection").orElse("").matches("(?i)(.*,\\s*)?upgrade(\\s*,.*)?")
                && response.values("Sec-WebSocket-Accept").equals(List.of(request.expectedAccept()));
        if (!isUpgrade) {
            socket.close();
            throw new AssertionError(request + ": expected a correct 101, but got " + response);
        }
        return new RawWebSocket(socket, response);
    }

    /** The 101 with its headers. */
    public HttpResponse response() {
        return response;
    }

    public RawSocket socket() {
        return socket;
    }

    /** From now on pings of the server stay without an answer, as from a peer that is gone. */
    public RawWebSocket ignoringPings() {
        answersPings = false;
        return this;
    }

    /** Sends the frames with one write. */
    public RawWebSocket send(Frame... frames) {
        return send(List.of(frames));
    }

    public RawWebSocket send(List<Frame> frames) {
        socket.send(Frame.bytes(frames));
        return this;
    }

    /** Sends one text message a string, all with one write. */
    public RawWebSocket sendText(String... texts) {
        return send(List.of(texts).stream().map(Frame::text).toList());
    }

    /** The next whole message, pong, close frame or end of the connection. */
    public Incoming receive() {
        while (true) {
            int first = socket.read();
            if (first < 0) {
                return new Ended(socket.end());
            }
            int opcode = first & 0x0f;
            boolean isFinal = (first & 0x80) != 0;
            byte[] payload = socket.readExactly(readLength(first));
            switch (opcode) {
                case Frame.PING -> {
                    if (answersPings) {
                        send(Frame.pong(payload));
                    }
                }
                case Frame.PONG -> {
                    return Pong.of(payload);
                }
                case Frame.CLOSE -> {
                    return close(payload);
                }
                case Frame.TEXT, Frame.BINARY, Frame.CONTINUATION -> {
                    if ((opcode == Frame.CONTINUATION) != (messageOpcode >= 0)) {
                        throw violation("opcode " + opcode + (messageOpcode < 0 ? " outside" : " inside")
                                + " a fragmented message");
                    }
                    messageOpcode = messageOpcode < 0 ? opcode : messageOpcode;
                    message.writeBytes(payload);
                    if (isFinal) {
                        Incoming whole = messageOpcode == Frame.TEXT
                                ? new Text(utf8(message.toByteArray()))
                                : new Binary(message.size());
                        message.reset();
                        messageOpcode = -1;
                        return whole;
                    }
                }
                default -> throw violation("opcode " + opcode);
            }
        }
    }

    /** Reads the server's next frame, which must be a ping, and leaves it without an answer. */
    public byte[] receivePing() {
        int first = socket.read();
        if (first != (0x80 | Frame.PING)) {
            throw new AssertionError(
                    socket + ": expected a ping, but got " + (first < 0 ? socket.end() : "0x%02x".formatted(first)));
        }
        return socket.readExactly(readLength(first));
    }

    private int readLength(int first) {
        int second = socket.readExactly(1)[0] & 0xff;
        boolean isControl = (first & 0x08) != 0;
        long length = second & 0x7f;
        if ((first & 0x70) != 0 || (second & 0x80) != 0 || (isControl && ((first & 0x80) == 0 || length > 125))) {
            throw violation("header %02x %02x".formatted(first, second));
        }
        if (length == 126) {
            length = ByteBuffer.wrap(socket.readExactly(2)).getShort() & 0xffff;
        } else if (length == 127) {
            length = ByteBuffer.wrap(socket.readExactly(8)).getLong();
        }
        return Math.toIntExact(length);
    }

    private Close close(byte[] payload) {
        if (payload.length == 0) {
            return new Close(Close.NO_CODE, "");
        }
        if (payload.length == 1) {
            throw violation("a close frame with one byte");
        }
        int code = ByteBuffer.wrap(payload).getShort() & 0xffff;
        boolean isLawful = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
                || (code >= 3000 && code <= 4999);
        if (!isLawful) {
            throw violation("close code " + code);
        }
        byte[] reason = new byte[payload.length - 2];
        System.arraycopy(payload, 2, reason, 0, reason.length);
        return new Close(code, utf8(reason));
    }

    private String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw violation("bad UTF-8");
        }
    }

    private AssertionError violation(String what) {
        return new AssertionError(socket + ": the server broke RFC 6455 with " + what);
    }

    /** The next thing, which must be a text message. */
    public String receiveText() {
        Incoming incoming = receive();
        if (incoming instanceof Text text) {
            return text.text();
        }
        throw new AssertionError(socket + ": expected a text message, but got " + incoming);
    }

    public List<String> receiveTexts(int count) {
        return IntStream.range(0, count).mapToObj(i -> receiveText()).toList();
    }

    /** The next thing, which must be a close frame. */
    public Close receiveClose() {
        Incoming incoming = receive();
        if (incoming instanceof Close close) {
            return close;
        }
        throw new AssertionError(socket + ": expected a close frame, but got " + incoming);
    }

    /** The close frame behind these texts; where control frames overtake, behind none to all of them, and pongs anywhere. */
    public Close receiveCloseBehind(List<String> texts, boolean mayOvertake) {
        List<String> left = new ArrayList<>(texts);
        for (Incoming incoming = receive(); ; incoming = receive()) {
            if (incoming instanceof Close close && (mayOvertake || left.isEmpty())) {
                return close;
            }
            boolean isNext = !left.isEmpty() && incoming.equals(new Text(left.get(0)));
            if (isNext) {
                left.remove(0);
            } else if (!mayOvertake || !(incoming instanceof Pong)) {
                throw new AssertionError(socket + ": expected " + left + " and a close frame, but got " + incoming);
            }
        }
    }

    /** The whole of a close that we begin: our frame, the answer, then the end of the connection by the server. */
    public Close close(Frame closeFrame) {
        send(closeFrame);
        Close answer = receiveClose();
        socket.expectEnd();
        return answer;
    }

    /** The whole of a close that the server begins: its frame, which must be next, our echo, then the end. */
    public Close receiveWholeClose() {
        Close close = receiveClose();
        send(close.code() == Close.NO_CODE ? Frame.close() : Frame.close(close.code(), close.reason()));
        socket.expectEnd();
        return close;
    }

    /** Closes the TCP connection without a close frame. */
    @Override
    public void close() {
        socket.close();
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
