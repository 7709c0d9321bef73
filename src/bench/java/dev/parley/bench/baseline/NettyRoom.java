package dev.parley.bench.baseline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The members of {@link NettyChat}, by the event loop that serves them. A broadcast becomes one frame and one task for each
 * loop; a loop flushes when it has no more broadcasts to write. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty answers with the very promise that it was given
final class NettyRoom {
    private static final int SHORT_LIMIT = 126;
    private static final int LONG_LIMIT = 1 << 16;

    private final Map<EventLoop, Share> shares = new ConcurrentHashMap<>();

    void join(Channel member) {
        shares.computeIfAbsent(member.eventLoop(), Share::new).add(member);
    }

    void leave(Channel member) {
        Share share = shares.get(member.eventLoop());
        if (share != null) {
            share.members.remove(member);
        }
    }

    /** Synchronised, so that every loop gets all broadcasts in one order. */
    synchronized void broadcast(String text) {
        ByteBuf frame = encode(text);
        for (Share share : shares.values()) {
            frame.retain();
            share.loop.execute(() -> share.write(frame));
        }
        frame.release();
    }

    private static ByteBuf encode(String text) {
        int length = ByteBufUtil.utf8Bytes(text);
        ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(10 + length).writeByte(0x81);
        if (length < SHORT_LIMIT) {
            frame.writeByte(length);
        } else if (length < LONG_LIMIT) {
            frame.writeByte(126).writeShort(length);
        } else {
            frame.writeByte(127).writeLong(length);
        }
        frame.writeCharSequence(text, StandardCharsets.UTF_8);
        return frame;
    }

    /** One loop's members. Used on that loop only. */
    private static final class Share {
        private final EventLoop loop;
        private final Map<Channel, ChannelHandlerContext> members = new LinkedHashMap<>();
        private boolean flushIsDue;

        Share(EventLoop loop) {
            this.loop = loop;
        }

        void add(Channel member) {
            // What is written from the encoder's place goes out below it: the frame is a frame already.
            members.put(member, member.pipeline().context(WebSocketFrameEncoder.class));
        }

        void write(ByteBuf frame) {
            members.forEach((member, encoder) -> encoder.write(frame.retainedDuplicate(), member.voidPromise()));
            frame.release();
            if (!flushIsDue) {
                flushIsDue = true;
                loop.execute(this::flush);
            }
        }

        private void flush() {
            flushIsDue = false;
            members.keySet().forEach(Channel::flush);
        }
    }
}
