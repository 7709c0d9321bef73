package dev.parley.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * One client: a WebSocket from the first byte of its handshake to its end. Used by its fleet's thread only.
 *
 * <pre>
 *  connecting ─▶ upgrading ─▶ greeting (Socket.IO only) ─▶ open ─▶ over
 * </pre>
 */
public final class Peer {
    /** A client that was not told why. */
    public static final int NO_CLOSE_FRAME = 1006;

    private enum State {
        CONNECTING,
        UPGRADING,
        GREETING,
        OPEN,
        OVER
    }

    private static final byte[] NOTHING = {};
    private static final byte[] NORMAL = {0x03, (byte) 0xe8}; // 1000

    private final Fleet fleet;
    private final int index;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer request;
    private final Deque<ByteBuffer> unsent = new ArrayDeque<>(1);

    private State state = State.CONNECTING;
    private byte[] incomplete = NOTHING;
    private int closeCode = NO_CLOSE_FRAME;
    private boolean closing;

    Peer(Fleet fleet, int index, SocketChannel channel, SelectionKey key, ByteBuffer request) {
        this.fleet = fleet;
        this.index = index;
        this.channel = channel;
        this.key = key;
        this.request = request;
        key.attach(this);
    }

    /** Its number in the fleet, from 0. */
    public int index() {
        return index;
    }

    public boolean isOpen() {
        return state == State.OPEN;
    }

    public boolean isOver() {
        return state == State.OVER;
    }

    /** Sends a frame; what the socket does not take now goes as soon as it does. */
    void send(ByteBuffer frame) {
        try {
            if (unsent.isEmpty()) {
                channel.write(frame);
            }
            if (frame.hasRemaining()) {
                unsent.add(frame);
                key.interestOpsOr(SelectionKey.OP_WRITE);
            }
        } catch (IOException e) {
            over();
        }
    }

    /** Reads nothing more: from now on a peer that is stuck. */
    public void stopReading() {
        key.interestOpsAnd(~SelectionKey.OP_READ);
    }

    /** Reads again. */
    public void resumeReading() {
        if (state != State.OVER) {
            key.interestOpsOr(SelectionKey.OP_READ);
        }
    }

    /** Says goodbye with 1000; the peer is over when the server has closed. */
    public void close() {
        if (state == State.OPEN && !closing) {
            closing = true;
            send(Frames.masked(Frames.CLOSE, NORMAL, 0, NORMAL.length));
        }
    }

    void ready() {
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                state = State.UPGRADING;
                key.interestOps(SelectionKey.OP_READ);
                send(request);
                return;
            }
            if (key.isWritable()) {
                flush();
            }
            if (state != State.OVER && key.isReadable()) {
                read();
            }
        } catch (IOException e) {
            over();
        }
    }

    private void flush() throws IOException {
        for (ByteBuffer next = unsent.peek(); next != null; next = unsent.peek()) {
            channel.write(next);
            if (next.hasRemaining()) {
                return;
            }
            unsent.remove();
        }
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
    }

    private void read() throws IOException {
        byte[] bytes = fleet.readBuffer();
        ByteBuffer in = ByteBuffer.wrap(bytes).put(incomplete);
        if (channel.read(in) < 0) {
            over();
            return;
        }
        int to = in.position();
        int from = 0;
        if (state == State.UPGRADING) {
            from = upgraded(bytes, to);
        }
        if (state == State.GREETING || state == State.OPEN) {
            from = frames(bytes, from, to);
        }
        incomplete = from == to ? NOTHING : Arrays.copyOfRange(bytes, from, to);
    }

    private int upgraded(byte[] bytes, int to) {
        int end = UpgradeAnswer.end(bytes, to);
        if (end == 0) {
            return 0;
        }
        if (!UpgradeAnswer.isAccepted(bytes, end)) {
            fleet.fail("handshake refused: " + UpgradeAnswer.statusLine(bytes, end));
            over();
            return to;
        }
        if (fleet.dialect().opensWithTheHandshake()) {
            open();
        } else {
            state = State.GREETING;
        }
        return end;
    }

    private void open() {
        state = State.OPEN;
        fleet.opened(this);
    }

    /** Takes whole frames; returns where the first incomplete one begins. */
    private int frames(byte[] bytes, int from, int to) {
        int at = from;
        while (state != State.OVER && to - at >= 2) {
            int length = bytes[at + 1] & 0xff; // with the mask bit, which a server must not set
            int header = 2;
            if (length == 126) {
                header = 4;
                length =
                        to - at < header ? 0 : ByteBuffer.wrap(bytes, at + 2, 2).getShort() & 0xffff;
            } else if (length == 127) {
                header = 10;
                length =
                        to - at < header ? 0 : ByteBuffer.wrap(bytes, at + 6, 4).getInt();
            }
            if (to - at < header + length) {
                break;
            }
            frame(bytes[at] & 0xff, bytes, at + header, at + header + length);
            at += header + length;
        }
        return at;
    }

    private void frame(int first, byte[] bytes, int from, int to) {
        switch (first) {
            case 0x80 | Frames.TEXT -> text(bytes, from, to);
            case 0x80 | Frames.PING -> send(Frames.masked(Frames.PONG, bytes, from, to - from));
            case 0x80 | Frames.PONG -> {
                // unasked for, and allowed
            }
            case 0x80 | Frames.CLOSE -> {
                closeCode =
                        to - from < 2 ? 1005 : ByteBuffer.wrap(bytes, from, 2).getShort() & 0xffff;
                if (!closing) {
                    send(Frames.masked(Frames.CLOSE, bytes, from, Math.min(2, to - from)));
                }
                over(); // the server closes its end, too; waiting for it would only hold the port
            }
            default -> {
                fleet.fail("a frame of type " + Integer.toHexString(first) + " was not expected");
                over();
            }
        }
    }

    private void text(byte[] bytes, int from, int to) {
        if (fleet.dialect().isTalk(bytes, from, to)) {
            fleet.listener().text(this, bytes, from, to);
            return;
        }
        String answer = Dialect.answerTo(bytes, from, to);
        if (answer != null) {
            send(Frames.text(answer));
        } else if (state == State.GREETING && Dialect.isWelcome(bytes, from, to)) {
            open();
        }
    }

    void over() {
        if (state != State.OVER) {
            boolean wasOpen = state == State.OPEN;
            drop();
            fleet.over(this, wasOpen, closeCode);
        }
    }

    /** Lets go of the socket without a word to the listener. */
    void drop() {
        state = State.OVER;
        try {
            channel.close();
        } catch (IOException e) {
            fleet.fail("a socket could not be closed: " + e);
        }
    }
}
