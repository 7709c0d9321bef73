package dev.parley.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The messages that a room is yet to store, in the order of the calls. Used in steps only.
 *
 * <p>Several may be on their way where the server keeps their order: each names the one before it, and is stored only if that one is.
 * What is refused for a while goes again before anything behind it.
 */
final class Sends {
    private static final int MAX_WAITING = 10_000;
    private static final int WINDOW_MESSAGES = 64;
    private static final int WINDOW_CHARACTERS = 256 * 1024;
    private static final int MAX_AFTER_BYTES = 700; // a hundred characters, escaped
    private static final Duration KEY_LIVES = Duration.ofSeconds(280); // the server knows it for five minutes

    private static final class Sending {
        private final String key;
        private final String data;
        private final int size;
        private final CompletableFuture<Room.Ack> future;
        private boolean isUnderWay;
        private boolean wasSent;
        private long firstSentAt;

        Sending(String key, String data, int size, CompletableFuture<Room.Ack> future) {
            this.key = key;
            this.data = data;
            this.size = size;
            this.future = future;
        }
    }

    private final Membership room;
    private final Protocol client;
    private final Deque<Sending> waiting = new ArrayDeque<>();
    private int underWay;
    private int pauses;
    private boolean isInLine;

    Sends(Membership room, Protocol client) {
        this.room = room;
        this.client = client;
    }

    void add(String key, String data, CompletableFuture<Room.Ack> future) {
        String frame = frame(key, null, data).text();
        ParleyClientException refused = room.ended();
        if (refused == null) {
            refused = client.link.questions.tooBig(frame);
        }
        if (refused == null && waiting.size() == MAX_WAITING) {
            refused = new ParleyClientException("overloaded", MAX_WAITING + " messages wait already", true, null, null);
        }
        if (refused == null) {
            waiting.add(new Sending(key, data, frame.length(), future));
            pump();
        } else {
            client.fail(future, refused);
        }
    }

    /** Sends what may be sent, in its turn. */
    void pump() {
        if (!isInLine && candidate() != null) {
            isInLine = true;
            client.messages().inTurn(this::turn);
        }
    }

    /** There is no connection any more. */
    void disconnected() {
        isInLine = false;
        underWay = 0;
        waiting.forEach(sending -> sending.isUnderWay = false);
    }

    void failAll(ParleyClientException reason) {
        disconnected();
        waiting.forEach(sending -> client.fail(sending.future, reason));
        waiting.clear();
    }

    private boolean turn() {
        isInLine = false;
        Sending next = candidate();
        if (next == null) {
            return false;
        }
        String before = null;
        for (Sending sending : waiting) {
            if (sending == next) {
                break;
            }
            before = sending.key;
        }
        next.isUnderWay = true;
        underWay++;
        if (!next.wasSent) {
            next.wasSent = true;
            next.firstSentAt = client.clock.nanos();
        }
        Frame.Writer frame = frame(next.key, before, next.data);
        client.link.questions.ask(frame::text, ack -> acknowledged(next, ack), error -> refused(next, error));
        pump();
        return true;
    }

    private Frame.Writer frame(String key, @Nullable String after, String data) {
        Frame.Writer frame = new Frame.Writer("send").with("room", room.name()).with("key", key);
        return (after == null ? frame : frame.with("after", after)).withJson("data", data);
    }

    /** The first that is not on its way, if it may be: nothing behind it is, and there is room for it. */
    private @Nullable Sending candidate() {
        if (!room.isJoined() || pauses > 0) {
            return null;
        }
        Sending expired = waiting.peek();
        while (expired != null && isExpired(expired)) {
            waiting.remove();
            client.fail(expired.future, new ParleyClientException("uncertain", "it may have been stored"));
            expired = waiting.peek();
        }
        int before = 0;
        int characters = 0;
        for (Sending sending : waiting) {
            characters += sending.size;
            if (!sending.isUnderWay) {
                boolean hasRoom = before == 0
                        || (characters <= WINDOW_CHARACTERS && before < window() && mayNameAnother(sending));
                return before == underWay && hasRoom ? sending : null;
            }
            before++;
        }
        return null;
    }

    /** What is about as long as the server takes goes alone. */
    private boolean mayNameAnother(Sending sending) {
        return client.link.questions.tooBig(3L * sending.size + MAX_AFTER_BYTES) == null;
    }

    private int window() {
        return client.has("after") ? WINDOW_MESSAGES : 1;
    }

    private boolean isExpired(Sending sending) {
        return !sending.isUnderWay
                && sending.wasSent
                && client.clock.nanos() - sending.firstSentAt > KEY_LIVES.toNanos();
    }

    private void acknowledged(Sending sending, Frame ack) {
        if (settle(sending)) {
            client.complete(sending.future, new Room.Ack(ack.position(), ack.flag("duplicate")));
        }
        pump();
    }

    private void refused(Sending sending, ParleyClientException error) {
        if (error.code().equals(Questions.DISCONNECTED)) {
            return; // the room has been told
        }
        if (!error.mayRetry()) {
            if (settle(sending)) {
                client.fail(sending.future, error);
            }
        } else if (sending.isUnderWay) {
            sending.isUnderWay = false;
            underWay--;
            if (!error.code().equals("out-of-order")) {
                pauses++;
                client.retry(client.messages(), error, () -> {
                    pauses--;
                    pump();
                });
            }
        }
        pump();
    }

    private boolean settle(Sending sending) {
        boolean isOurs = waiting.remove(sending);
        if (isOurs && sending.isUnderWay) {
            underWay--;
        }
        return isOurs;
    }
}
