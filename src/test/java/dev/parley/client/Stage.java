package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.LongStream;

/** A client whose server the test plays, in one thread, on a clock that it winds. */
final class Stage implements Transport {
    /** A WebSocket that the test is the other end of. */
    static final class Socket implements Connection {
        final URI uri;
        final Listener listener;
        final List<String> texts = new ArrayList<>();
        final List<Map<?, ?>> sent = new ArrayList<>();
        boolean isClosed;

        Socket(URI uri, Listener listener) {
            this.uri = uri;
            this.listener = listener;
        }

        @Override
        public void send(String text) {
            texts.add(text);
            sent.add((Map<?, ?>) JsonReader.value(text));
        }

        @Override
        public void close() {
            isClosed = true;
        }

        void tell(Object frame) {
            listener.text(JsonBinding.plain().write(frame));
        }

        /** The last frame of a type that the client sent. */
        Map<?, ?> heard(String type) {
            List<Map<?, ?>> all = all(type);
            assertThat(all).as(type + " among " + sent).isNotEmpty();
            return all.get(all.size() - 1);
        }

        List<Map<?, ?>> all(String type) {
            return sent.stream()
                    .<Map<?, ?>>map(frame -> frame)
                    .filter(frame -> type.equals(frame.get("type")))
                    .toList();
        }

        int count(String type) {
            return all(type).size();
        }
    }

    final ManualTime time = new ManualTime();
    final List<Socket> sockets = new ArrayList<>();
    Map<String, Object> limits = Map.of("rooms", 64);
    List<String> features = List.of();
    Executor executor = Runnable::run;

    @Override
    public Connection open(URI uri, String subprotocol, Listener listener) {
        assertThat(subprotocol).isEqualTo("parley.v1");
        Socket socket = new Socket(uri, listener);
        sockets.add(socket);
        return socket;
    }

    ParleyClient connect() {
        return connect(Credential.token("t"));
    }

    ParleyClient connect(Credential credential) {
        ParleyClient.Options options = new ParleyClient.Options(JsonBinding.plain(), this, executor);
        return ParleyClient.connect(URI.create("https://example.org/rooms"), credential, options, time);
    }

    Socket last() {
        return sockets.get(sockets.size() - 1);
    }

    Socket welcome() {
        return welcome(Map.of());
    }

    Socket welcome(Map<String, ?> more) {
        last().listener.opened();
        Map<String, Object> frame = new HashMap<>(
                Map.of("type", "welcome", "connection", "c" + sockets.size(), "user", "ann", "heartbeat", 20));
        frame.put("limits", limits);
        frame.put("features", features);
        frame.putAll(more);
        last().tell(frame);
        return last();
    }

    void lose(int code) {
        last().listener.closed(code, "");
    }

    /** Winds the clock until there is another socket, but a minute at most. */
    void nextAttempt() {
        int before = sockets.size();
        time.pass(60_000, () -> sockets.size() > before);
    }

    /** Loses the connection, comes back, and is welcome. */
    Socket loseAndComeBack() {
        lose(1006);
        nextAttempt();
        return welcome();
    }

    static Map<String, Object> place(long seq) {
        return place(seq, "e");
    }

    static Map<String, Object> place(long seq, String epoch) {
        return Map.of("epoch", epoch, "seq", seq, "message", "m" + seq);
    }

    void joined(String room, long seq) {
        joined(room, place(seq), "none", "");
    }

    void resumed(String room, long seq) {
        joined(room, place(seq), "ok", "");
    }

    void joined(String room, Map<String, Object> position, String resume, String reason) {
        last().tell(Map.of(
                "id", last().heard("join").get("id"),
                "type", "joined",
                "room", room,
                "position", position,
                "resume", resume,
                "reason", reason));
    }

    static Map<String, Object> message(String room, long seq) {
        return message(room, seq, "other");
    }

    static Map<String, Object> message(String room, long seq, String connection) {
        return Map.of(
                "type",
                "message",
                "room",
                room,
                "seq",
                seq,
                "message",
                "m" + seq,
                "at",
                "2026-01-01T00:00:00Z",
                "from",
                Map.of("user", "bob", "connection", connection),
                "data",
                "text " + seq);
    }

    void messages(String room, long from, long to) {
        LongStream.rangeClosed(from, to).forEach(seq -> last().tell(message(room, seq)));
    }

    void refuse(Map<?, ?> frame, String code, boolean retry, Object... after) {
        Map<String, Object> error = new HashMap<>(
                Map.of("id", frame.get("id"), "type", "error", "code", code, "retry", retry, "message", code));
        if (after.length > 0) {
            error.put("after", after[0]);
        }
        last().tell(error);
    }

    void acknowledge(Map<?, ?> send, long seq) {
        last().tell(Map.of(
                "id", send.get("id"), "type", "ack", "room", "r", "position", place(seq), "duplicate", false));
    }

    void acknowledge(long seq) {
        acknowledge(last().heard("send"), seq);
    }

    /** What became of a request, as text. */
    static String outcome(CompletableFuture<?> future) {
        if (!future.isDone()) {
            return "open";
        }
        try {
            future.join();
            return "done";
        } catch (CompletionException failure) {
            return ((ParleyClientException) failure.getCause()).code();
        }
    }
}
