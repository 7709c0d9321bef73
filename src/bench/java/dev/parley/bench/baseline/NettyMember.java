package dev.parley.bench.baseline;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;

/** One client of {@link NettyChat}: at {@code /ws} of the echo, below it of the chat. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty answers with the very promise that it was given
final class NettyMember extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    private static final String CHAT = "/ws/";

    private final NettyRoom room;
    private String id = ""; // of the echo, as long as it is empty

    NettyMember(NettyRoom room) {
        this.room = room;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof HandshakeComplete handshake
                && handshake.requestUri().startsWith(CHAT)) {
            id = handshake.requestUri().substring(CHAT.length());
            room.join(context.channel());
        }
        super.userEventTriggered(context, event);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
        String text = frame.text();
        if (id.isEmpty()) {
            context.writeAndFlush(new TextWebSocketFrame("Message text was: " + text), context.voidPromise());
            return;
        }
        context.write(new TextWebSocketFrame("You wrote: " + text), context.voidPromise());
        room.broadcast("Client #" + id + " says: " + text);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (!id.isEmpty()) {
            room.leave(context.channel());
            room.broadcast("Client #" + id + " left the chat");
        }
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(context.voidPromise());
    }
}
