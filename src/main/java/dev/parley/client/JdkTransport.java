package dev.parley.client;

import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** WebSockets of {@code java.net.http}. */
final class JdkTransport implements Transport {
    private static final Duration HANDSHAKE = Duration.ofSeconds(20); // the client gives up before
    private static final int CLOSE_WITHIN_SECONDS = 2;
    private static final int LOST = 1006;

    private final Supplier<HttpClient> http;

    JdkTransport(Supplier<HttpClient> http) {
        this.http = http;
    }

    /** Over one client for all who use it at the same time; it goes with the last of them. */
    static Transport shared() {
        HttpClient client = Shared.INSTANCE.client();
        return new JdkTransport(() -> client);
    }

    @Override
    public Connection open(URI uri, String subprotocol, Listener listener) {
        Socket socket = new Socket(listener);
        CompletableFuture<?> unused = http.get()
                .newWebSocketBuilder()
                .subprotocols(subprotocol)
                .connectTimeout(HANDSHAKE) // a server that takes the connection and never answers holds it no longer
                .buildAsync(uri, socket)
                .whenComplete((opened, failure) -> {
                    if (failure != null) {
                        socket.failed(failure);
                    }
                });
        return socket;
    }

    /**
     * Holds what all clients share as long as one of them holds it. {@code HttpClient} ends its thread when nobody refers to it, and an
     * idle pool has no threads: nothing outlives an application that is taken off its server.
     */
    private static final class Shared {
        static final Shared INSTANCE = new Shared();

        private WeakReference<@Nullable HttpClient> current = new WeakReference<>(null);

        synchronized HttpClient client() {
            HttpClient client = current.get();
            if (client == null) {
                client = HttpClient.newBuilder().executor(pool()).build();
                current = new WeakReference<>(client);
            }
            return client;
        }

        /** A few threads, however many connections: the default grows with what arrives at once. */
        private static Executor pool() {
            int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
            ThreadPoolExecutor pool =
                    new ThreadPoolExecutor(threads, threads, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                        Thread thread = new Thread(task, "parley-client");
                        thread.setDaemon(true);
                        return thread;
                    });
            pool.allowCoreThreadTimeOut(true);
            return pool;
        }
    }

    private static final class Socket implements Connection, WebSocket.Listener {
        private final Listener listener;
        private final StringBuilder text = new StringBuilder(); // of the thread that the listener is called by

        // Guarded by this.
        private @Nullable WebSocket socket;
        private CompletableFuture<?> sends = CompletableFuture.completedFuture(null);
        private boolean isClosed;

        Socket(Listener listener) {
            this.listener = listener;
        }

        @Override
        public synchronized void send(String message) {
            WebSocket open = socket;
            if (open != null) {
                sends = sends.thenCompose(sent -> open.sendText(message, true)) // it takes one at a time
                        .whenComplete((sent, failure) -> {
                            if (failure != null) { // or nothing would leave any more, and nobody would know
                                onError(open, failure);
                            }
                        });
            }
        }

        @Override
        public synchronized void close() {
            WebSocket open = socket;
            if (open != null && !isClosed) {
                CompletableFuture<?> unused = open.sendClose(WebSocket.NORMAL_CLOSURE, "");
                CompletableFuture.delayedExecutor(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS)
                        .execute(open::abort);
            }
            isClosed = true;
        }

        @Override
        public void onOpen(WebSocket opened) {
            synchronized (this) {
                socket = opened;
                if (isClosed) {
                    opened.abort();
                    return;
                }
            }
            listener.opened();
            opened.request(1);
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
            text.append(part);
            if (isLast) {
                String whole = text.toString();
                text.setLength(0);
                if (text.capacity() > 16_384) {
                    text.trimToSize();
                }
                listener.text(whole);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            listener.closed(code, reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            listener.closed(LOST, String.valueOf(failure.getMessage()));
        }

        void failed(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof WebSocketHandshakeException refused) {
                listener.refused(refused.getResponse().statusCode());
            } else {
                listener.closed(LOST, String.valueOf(cause.getMessage()));
            }
        }
    }
}
