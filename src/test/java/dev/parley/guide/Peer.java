package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.Session;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.glassfish.tyrus.client.ClientManager;
import org.jspecify.annotations.Nullable;

/** A client that keeps what it is sent until it is asked for, and waits for it, within limits. */
final class Peer implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final Session session;

    private Peer(URI uri, ClientEndpointConfig config, List<String> atOnce) throws DeploymentException, IOException {
        session = ClientManager.createClient().connectToServer(new Ears(atOnce), config, uri);
    }

    static Peer connect(URI uri) throws DeploymentException, IOException {
        return new Peer(uri, ClientEndpointConfig.Builder.create().build(), List.of());
    }

    /** Says something as soon as it can, not waiting for what the server thinks of it. */
    static Peer blurting(URI uri, String text) throws DeploymentException, IOException {
        return new Peer(uri, ClientEndpointConfig.Builder.create().build(), List.of(text));
    }

    static Peer offering(URI uri, String subprotocol, Extension extension) throws DeploymentException, IOException {
        return new Peer(
                uri,
                ClientEndpointConfig.Builder.create()
                        .preferredSubprotocols(List.of(subprotocol))
                        .extensions(List.of(extension))
                        .build(),
                List.of());
    }

    Session session() {
        return session;
    }

    Peer says(String text) throws IOException {
        session.getBasicRemote().sendText(text);
        return this;
    }

    /** Says something that may come too late to be sent at all. */
    Peer saysIfItStillCan(String text) {
        try {
            return says(text);
        } catch (IOException | IllegalStateException closedAlready) {
            return this;
        }
    }

    Peer saysPart(String part, boolean last) throws IOException {
        session.getBasicRemote().sendText(part, last);
        return this;
    }

    Peer sendsBytes(byte... bytes) throws IOException {
        session.getBasicRemote().sendBinary(ByteBuffer.wrap(bytes));
        return this;
    }

    Peer sendsPart(byte[] part, boolean last) throws IOException {
        session.getBasicRemote().sendBinary(ByteBuffer.wrap(part), last);
        return this;
    }

    Peer leaves(CloseReason reason) throws IOException {
        session.close(reason);
        return this;
    }

    String hears() throws InterruptedException {
        @Nullable String text = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(text)
                .as("a message within %d s; the end so far: %s", PATIENCE_SECONDS, closed.getNow(null))
                .isNotNull();
        return text;
    }

    List<String> hears(int messages) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        while (texts.size() < messages) {
            texts.add(hears());
        }
        return texts;
    }

    /** What was sent and not yet asked for. Means something only after the end, or after a message that came later. */
    List<String> unheard() {
        return List.copyOf(received);
    }

    CloseReason end() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for the end, which must have this code and reason. */
    void endsWith(int code, String reason) throws Exception {
        assertThat(end().getCloseCode().getCode()).isEqualTo(code);
        assertThat(end().getReasonPhrase()).isEqualTo(reason);
    }

    @Override
    public void close() throws IOException {
        if (!closed.isDone()) {
            session.close();
        }
    }

    private final class Ears extends Endpoint {
        private final List<String> atOnce;

        Ears(List<String> atOnce) {
            this.atOnce = atOnce;
        }

        @Override
        public void onOpen(Session opened, EndpointConfig config) {
            opened.addMessageHandler(String.class, received::add);
            for (String text : atOnce) {
                opened.getAsyncRemote().sendText(text, sent -> {});
            }
        }

        @Override
        public void onClose(Session ended, CloseReason reason) {
            closed.complete(reason);
        }
    }
}
