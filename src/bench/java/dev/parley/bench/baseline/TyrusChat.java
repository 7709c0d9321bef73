package dev.parley.bench.baseline;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.glassfish.tyrus.server.Server;

/** Tyrus on Grizzly with a Jakarta chat. */
public final class TyrusChat {
    private TyrusChat() {}

    /** Takes the port and the chat's name. */
    public static void main(String[] args) throws Exception {
        Class<?>[] endpoints = Chats.named(args[1]).toArray(Class<?>[]::new);
        new Server("127.0.0.1", Integer.parseInt(args[0]), "/", Map.of(), endpoints).start();
        new CountDownLatch(1).await();
    }
}
