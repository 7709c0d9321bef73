package dev.parley.it.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;

/** One connection of a {@link Crowd}. Confined to the crowd's thread but for {@link #localPort}. */
final class CrowdMember {
    private static final String HEAD_END = "\r\n\r\n";

    private final int number;
    private final UpgradeRequest request;
    private final Crowd.Witness witness;
    private final Queue<ByteBuffer> unsent = new ArrayDeque<>();
    private final ByteArrayOutputStream fragments = new ByteArrayOutputStream();

    private SelectionKey key;

    /** The beginning of a frame whose rest has not come yet. */
    private byte[] partial = new byte[0];

    private boolean isAccepted;
    private boolean isJoined;
    private boolean hasEnded;
    private volatile int localPort;

    CrowdMember(int number, UpgradeRequest request, Crowd.Witness witness) {
        this.number = number;
        this.request = request;
        this.witness = witness;
    }

    UpgradeRequest request() {
        return request;
    }

    /**
     * Whether the server takes part by now. It may send a 101 before it has done all that a new connection means to it,
     * but it handles frames after that; so each member pings once, and the pong tells.
     */
    boolean isJoined() {
        return isJoined;
    }

    int localPort() {
        return localPort;
    }

    void connecting(SelectionKey key) {
        this.key = key;
    }

    void connected() {
        try {
            channel().finishConnect();
            localPort = ((InetSocketAddress) channel().getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new AssertionError(this + " cannot connect", e);
        }
        key.interestOps(SelectionKey.OP_READ);
        write(ByteBuffer.wrap(request.bytes()));
    }

    void write(ByteBuffer bytes) {
        if (hasEnded) {
            return;
        }
        unsent.add(bytes);
        flush();
    }

    void flush() {
        try {
            while (!unsent.isEmpty()) {
                channel().write(unsent.element());
                if (unsent.element().hasRemaining()) {
                    key.interestOpsOr(SelectionKey.OP_WRITE);
                    return;
                }
                unsent.remove();
            }
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        } catch (IOException e) {
            // What the peer sent before it closed may still be unread; the read that meets the end reports it.
            unsent.clear();
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }
    }

    void setReading(boolean isReading) {
        if (!hasEnded) {
            int others = key.interestOps() & ~SelectionKey.OP_READ;
            key.interestOps(isReading ? others | SelectionKey.OP_READ : others);
        }
    }

    void read(ByteBuffer buffer) {
        buffer.clear().put(partial);
        int count;
        String how = "FIN";
        try {
            count = channel().read(buffer);
        } catch (IOException e) {
            count = -1;
            how = "RST";
        }
        buffer.flip();
        if (!isAccepted && !readResponse(buffer) && count < 0) {
            throw new AssertionError(this + " got " + how + " instead of a response");
        }
        if (isAccepted) {
            readFrames(buffer);
        }
        partial = new byte[buffer.remaining()];
        buffer.get(partial);
        if (count < 0) {
            end(1006, how);
            close();
        }
    }

    private boolean readResponse(ByteBuffer buffer) {
        String head = StandardCharsets.ISO_8859_1.decode(buffer.duplicate()).toString();
        int length = head.indexOf(HEAD_END);
        if (length < 0) {
            return false;
        }
        if (!head.startsWith("HTTP/1.1 101") || !head.contains("Sec-WebSocket-Accept: " + request.expectedAccept())) {
            throw new AssertionError(this + " was not accepted: " + head);
        }
        buffer.position(buffer.position() + length + HEAD_END.length());
        isAccepted = true;
        write(ByteBuffer.wrap(Frame.ping().bytes()));
        return true;
    }

    private void readFrames(ByteBuffer buffer) {
        while (true) {
            buffer.mark();
            if (buffer.remaining() < 2) {
                return;
            }
            int first = buffer.get() & 0xff;
            int second = buffer.get() & 0xff;
            int lengthBytes = second < 126 ? 0 : second == 126 ? 2 : 8;
            if (buffer.remaining() < lengthBytes) {
                buffer.reset();
                return;
            }
            long length = lengthBytes == 0 ? second : lengthBytes == 2 ? buffer.getShort() & 0xffff : buffer.getLong();
            if (second > 127 || length < 0 || length > buffer.capacity() / 2) {
                throw new AssertionError(this + " got a header %02x %02x".formatted(first, second));
            }
            if (buffer.remaining() < length) {
                buffer.reset();
                return;
            }
            ByteBuffer payload = buffer.slice(buffer.position(), (int) length);
            buffer.position(buffer.position() + (int) length);
            frame(first, payload);
        }
    }

    private void frame(int first, ByteBuffer payload) {
        switch (first) {
            case 0x80 | Frame.TEXT -> witness.text(number, payload);
            case Frame.TEXT, Frame.CONTINUATION -> gather(payload);
            case 0x80 | Frame.CONTINUATION -> {
                gather(payload);
                witness.text(number, ByteBuffer.wrap(fragments.toByteArray()));
                fragments.reset();
            }
            case 0x80 | Frame.PING ->
                write(ByteBuffer.wrap(Frame.pong(bytes(payload)).bytes()));
            case 0x80 | Frame.PONG -> isJoined = true;
            case 0x80 | Frame.CLOSE -> {
                byte[] body = bytes(payload);
                write(ByteBuffer.wrap(Frame.of(Frame.CLOSE, body).bytes()));
                int code = body.length < 2
                        ? Incoming.Close.NO_CODE
                        : ByteBuffer.wrap(body).getShort() & 0xffff;
                String reason = body.length < 2 ? "" : new String(body, 2, body.length - 2, StandardCharsets.UTF_8);
                end(code, reason);
            }
            default -> throw new AssertionError(this + " got a frame 0x%02x".formatted(first));
        }
    }

    private void gather(ByteBuffer payload) {
        fragments.writeBytes(bytes(payload));
    }

    private static byte[] bytes(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }

    private void end(int code, String reason) {
        if (!hasEnded) {
            hasEnded = true;
            witness.ended(number, code, reason);
        }
    }

    private SocketChannel channel() {
        return (SocketChannel) key.channel();
    }

    void close() {
        if (key == null) {
            return;
        }
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new AssertionError(this + " cannot close", e);
        }
    }

    @Override
    public String toString() {
        return "member " + number + " (" + request + ", port " + localPort + ")";
    }
}
