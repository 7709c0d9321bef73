package dev.parley.bench.baseline;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The chat as most people write it: a loop over all sessions with blocking sends. The lock is needed, because two senders may
 * reach one session at the same time.
 */
@ServerEndpoint("/ws/{client_id}")
public final class BasicChat {
    private static final Set<Session> MEMBERS = ConcurrentHashMap.newKeySet();

    @OnOpen
    public void open(Session session) {
        MEMBERS.add(session);
    }

    @OnMessage
    public void message(Session session, @PathParam("client_id") String id, String text) {
        send(session, "You wrote: " + text);
        broadcast("Client #" + id + " says: " + text);
    }

    @OnClose
    public void close(Session session, @PathParam("client_id") String id) {
        MEMBERS.remove(session);
        broadcast("Client #" + id + " left the chat");
    }

    @OnError
    public void failed(Throwable failure) {
        // the close callback follows
    }

    private static void broadcast(String text) {
        MEMBERS.forEach(member -> send(member, text));
    }

    private static void send(Session session, String text) {
        try {
            synchronized (session) {
                session.getBasicRemote().sendText(text);
            }
        } catch (IOException | RuntimeException gone) {
            MEMBERS.remove(session);
        }
    }
}
