package dev.parley.it;

import dev.parley.it.wire.Site;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One who speaks the protocol by itself, frame by frame. Thread-safe. */
final class WireMember implements SoakMember, WebSocket.Listener {
    private final Supplier<Site> sites;
    private final HttpClient http;
    private final ScheduledExecutorService timer;
    private final SoakBook book;
    private final String user;
    private final String room;

    // All guarded by this.
    private @Nullable WebSocket socket;
    private CompletableFuture<?> sends = CompletableFuture.completedFuture(null);
    private StringBuilder text = new StringBuilder();
    private boolean isLive;
    private boolean isResuming;
    private long next = -1; // the seq that must come next; -1 before the first join
    private String epoch = "";
    private String message = "";
    private final Map<String, Integer> unacknowledged = new LinkedHashMap<>(); // key to id
    private int lastId = 10;

    WireMember(
            Supplier<Site> sites,
            HttpClient http,
            ScheduledExecutorService timer,
            SoakBook book,
            String user,
            String room) {
        this.sites = sites;
        this.http = http;
        this.timer = timer;
        this.book = book;
        this.user = user;
        this.room = room;
    }

    @Override
    public String room() {
        return room;
    }

    @Override
    public void connect() {
        Site site = sites.get();
        URI uri = URI.create("ws://" + site.authority() + site.contextPath() + "/rooms");
        CompletableFuture<?> unused = http.newWebSocketBuilder()
                .subprotocols("parley.v1")
                .buildAsync(uri, this)
                .whenComplete((opened, failure) -> {
                    if (failure != null) {
                        book.count("connect failed");
                        later(this::connect, 500);
                    }
                });
    }

    @Override
    public synchronized void onOpen(WebSocket opened) {
        socket = opened;
        sends = CompletableFuture.completedFuture(null);
        text = new StringBuilder();
        say("{\"id\":1,\"type\":\"connect\",\"token\":\"" + user + "\"}");
        opened.request(Long.MAX_VALUE);
    }

    @Override
    public synchronized @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            String whole = text.toString();
            text = new StringBuilder();
            if (from == socket) {
                hear(whole);
            }
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        book.wrong(user + " was closed with " + code + " " + reason);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        synchronized (this) {
            if (from != socket) {
                return;
            }
            socket = null;
            isLive = false;
        }
        book.count("broken by the network: " + error);
        later(this::connect, 100);
    }

    /** Cuts the TCP connection without a word. */
    @Override
    public synchronized void drop(long awayMillis) {
        WebSocket current = socket;
        if (current != null) {
            socket = null;
            isLive = false;
            current.abort();
            book.count("dropped");
            later(this::connect, awayMillis);
        }
    }

    @Override
    public synchronized void send(String key) {
        int id = ++lastId;
        unacknowledged.put(key, id);
        if (isLive) {
            say(id, key);
        }
    }

    @Override
    public synchronized boolean isUpTo(long top) {
        return isLive && unacknowledged.isEmpty() && next == top + 1;
    }

    @Override
    public synchronized String toString() {
        return user + " in " + room + " live=" + isLive + " next=" + next + " unacknowledged=" + unacknowledged.size();
    }

    private void hear(String told) {
        if (told.contains("\"type\":\"message\"")) {
            heard(told);
        } else if (told.contains("\"type\":\"ack\"")) {
            acknowledged(told);
        } else if (told.contains("\"type\":\"welcome\"")) {
            join();
        } else if (told.contains("\"type\":\"joined\"")) {
            joined(told);
        } else if (told.contains("\"type\":\"gap\"")) {
            book.count("gap");
            join();
        } else if (told.contains("\"type\":\"ping\"")) {
            say("{\"type\":\"pong\"}");
        } else if (told.contains("\"rate-limited\"")) {
            book.count("rate-limited");
            String id = RoomsClient.field(told, "id");
            later(() -> again(id), Long.parseLong(RoomsClient.field(told, "after")));
        } else {
            book.wrong(user + " was told " + told);
        }
    }

    private void join() {
        isLive = false;
        isResuming = next >= 0;
        say("{\"id\":2,\"type\":\"join\",\"room\":\"" + room + "\""
                + (isResuming
                        ? ",\"since\":{\"epoch\":" + epoch + ",\"seq\":" + (next - 1) + ",\"message\":\"" + message
                                + "\"}}"
                        : "}"));
    }

    private void joined(String told) {
        epoch = RoomsClient.field(told, "epoch");
        long top = Long.parseLong(RoomsClient.field(told, "seq"));
        if (!isResuming) {
            next = top + 1;
            message = unquoted(RoomsClient.field(told, "message"));
        } else if (told.contains("\"resume\":\"ok\"")) {
            book.count("resumed ok");
            book.add("replayed", Long.parseLong(RoomsClient.field(told, "replayed")));
        } else {
            book.wrong(user + " lost what it missed: " + told);
        }
        isLive = true;
        List.copyOf(unacknowledged.entrySet()).forEach(entry -> say(entry.getValue(), entry.getKey()));
    }

    private void heard(String told) {
        long seq = Long.parseLong(RoomsClient.field(told, "seq"));
        if (seq != next) {
            book.wrong(user + " in " + room + " expected " + next + " and was told " + seq);
        }
        next = seq + 1;
        message = unquoted(RoomsClient.field(told, "message"));
        book.delivered(room, seq, unquoted(RoomsClient.field(told, "data")));
    }

    private void acknowledged(String told) {
        int id = Integer.parseInt(RoomsClient.field(told, "id"));
        List<String> keys = new ArrayList<>();
        unacknowledged.forEach((key, asked) -> {
            if (asked == id) {
                keys.add(key);
            }
        });
        for (String key : keys) {
            unacknowledged.remove(key);
            book.acknowledged(room, Long.parseLong(RoomsClient.field(told, "seq")), key);
            book.count(told.contains("\"duplicate\":true") ? "acknowledged as known" : "acknowledged as new");
        }
    }

    private synchronized void again(String id) {
        unacknowledged.forEach((key, asked) -> {
            if (isLive && asked.toString().equals(id)) {
                say(asked, key);
            }
        });
    }

    private void say(int id, String key) {
        say("{\"id\":" + id + ",\"type\":\"send\",\"room\":\"" + room + "\",\"key\":\"" + key + "\",\"data\":\"" + key
                + "\"}");
    }

    /** One after the other: the JDK's WebSocket takes one at a time. */
    private void say(String said) {
        WebSocket current = socket;
        if (current != null) {
            sends = sends.handle((done, failure) -> null).thenCompose(done -> current.sendText(said, true));
        }
    }

    private void later(Runnable task, long millis) {
        ScheduledFuture<?> unused = timer.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private static String unquoted(String json) {
        return json.substring(1, json.length() - 1);
    }
}
