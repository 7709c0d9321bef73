package dev.parley.bench.baseline;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The chat that never blocks: a queue for each session, and one asynchronous send at a time from it. */
@ServerEndpoint("/ws/{client_id}")
public final class AsyncChat {
    private static final Map<Session, Lane> MEMBERS = new ConcurrentHashMap<>();

    @OnOpen
    public void open(Session session) {
        MEMBERS.put(session, new Lane(session));
    }

    @OnMessage
    public void message(Session session, @PathParam("client_id") String id, String text) {
        Lane own = MEMBERS.get(session);
        if (own != null) {
            own.send("You wrote: " + text);
        }
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
        MEMBERS.values().forEach(lane -> lane.send(text));
    }

    /** What waits for one session. A completion that comes while the loop runs only makes it go round once more. */
    private static final class Lane {
        private final Session session;
        private final Queue<String> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicInteger due = new AtomicInteger(); // messages that wait or are under way
        private final AtomicInteger turns = new AtomicInteger(); // above 0 while the loop runs

        Lane(Session session) {
            this.session = session;
        }

        void send(String text) {
            waiting.add(text);
            if (due.getAndIncrement() == 0) {
                proceed();
            }
        }

        private void proceed() {
            if (turns.getAndIncrement() > 0) {
                return;
            }
            do {
                String next = waiting.poll();
                if (next != null) {
                    start(next);
                }
            } while (turns.decrementAndGet() > 0);
        }

        private void start(String text) {
            try {
                session.getAsyncRemote().sendText(text, result -> {
                    if (due.decrementAndGet() > 0) {
                        proceed();
                    }
                });
            } catch (RuntimeException gone) {
                MEMBERS.remove(session);
            }
        }
    }
}
