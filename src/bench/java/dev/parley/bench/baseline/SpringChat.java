package dev.parley.bench.baseline;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.Context;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/** Spring's WebSocket handlers on Tomcat, each session behind Spring's own decorator for concurrent senders. */
public final class SpringChat {
    private SpringChat() {}

    /** Takes the port. */
    public static void main(String[] args) throws Exception {
        EmbeddedTomcat tomcat = new EmbeddedTomcat(Integer.parseInt(args[0]));
        AnnotationConfigWebApplicationContext spring = new AnnotationConfigWebApplicationContext();
        spring.register(Sockets.class);
        Context unused = tomcat.context(new DispatcherServlet(spring));
        tomcat.runForEver();
    }

    /** The two handlers. */
    @Configuration
    @EnableWebSocket
    public static class Sockets implements WebSocketConfigurer {
        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(new EchoHandler(), "/ws");
            registry.addHandler(new ChatHandler(), "/ws/{client_id}");
        }
    }

    private static final class EchoHandler extends TextWebSocketHandler {
        @Override
        protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
            session.sendMessage(new TextMessage("Message text was: " + message.getPayload()));
        }
    }

    private static final class ChatHandler extends TextWebSocketHandler {
        private static final int SEND_MILLIS = 10_000;
        private static final int BUFFER_BYTES = 4 << 20;

        private final Map<String, WebSocketSession> members = new ConcurrentHashMap<>();

        @Override
        public void afterConnectionEstablished(WebSocketSession session) {
            members.put(session.getId(), new ConcurrentWebSocketSessionDecorator(session, SEND_MILLIS, BUFFER_BYTES));
        }

        @Override
        protected void handleTextMessage(WebSocketSession session, TextMessage message) {
            WebSocketSession own = members.get(session.getId());
            if (own != null) {
                send(own, new TextMessage("You wrote: " + message.getPayload()));
            }
            broadcast("Client #" + id(session) + " says: " + message.getPayload());
        }

        @Override
        public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
            members.remove(session.getId());
            broadcast("Client #" + id(session) + " left the chat");
        }

        private void broadcast(String text) {
            TextMessage message = new TextMessage(text);
            members.values().forEach(member -> send(member, message));
        }

        private void send(WebSocketSession member, TextMessage message) {
            try {
                member.sendMessage(message);
            } catch (IOException | RuntimeException gone) {
                members.remove(member.getId());
            }
        }

        private static String id(WebSocketSession session) {
            String path = String.valueOf(session.getUri());
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }
}
