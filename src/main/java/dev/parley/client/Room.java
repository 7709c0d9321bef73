package dev.parley.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A room that a {@link ParleyClient} has joined, over all its connections. Thread-safe; no method blocks.
 *
 * <p>Listeners are called one after another in the order of events, see the package. Set them right behind the join: the first one for
 * messages is told up to 100 messages that came before it was set, and those for states, presence and gaps are told the last one.
 */
public final class Room {
    private static final int PRESENCE_BYTES = 1_024; // what the server takes

    /** What became of a request to store a message. */
    public record Ack(Position position, boolean isDuplicate) {}

    /**
     * Messages of the room's past, the oldest first.
     *
     * @param hasMore whether there are older ones
     */
    public record History(List<Message> messages, boolean hasMore) {}

    /**
     * Messages were missed and cannot be replayed; the history may still have some of them.
     *
     * @param reason {@code epoch}: the log began anew; {@code trimmed}: too old; {@code too-many}; {@code rewritten}: a failover took
     *     something back; {@code forbidden}: no right to the room's past
     * @param before the last message that was delivered before the gap
     * @param now delivery goes on behind this one
     */
    public record Gap(String reason, Optional<Position> before, Position now) {}

    /**
     * A message was erased: it is to be forgotten.
     *
     * @param position where the erasure is in the room's log
     * @param seq the number of the message
     * @param message its id
     */
    public record Erased(Position position, long seq, String message) {}

    /** Something was said that is not kept, and may have been lost on its way to others. */
    public record Signal(String user, String connection, Json data) {}

    /**
     * Some of those who are there.
     *
     * @param count how many there are in all
     * @param hasMore whether there are some behind these
     */
    public record Page(List<Member> members, int count, boolean hasMore) {}

    /**
     * Who is there.
     *
     * @param members everybody by name; empty in a room that is too big to list
     * @param joined who came since the last event; empty the first time
     * @param left who went
     * @param changed whose data is new
     * @param count how many there are
     */
    public record Presence(
            Map<String, Member> members, Set<String> joined, Set<String> left, Set<String> changed, int count) {}

    /**
     * Where we stand with the room.
     *
     * @param resume for a room that was joined, what became of the place where it was left: {@code none}, {@code ok} or {@code lost}
     * @param replayed how many messages that were missed come next
     * @param error why the server does not let us in
     */
    public record State(Name name, String resume, int replayed, Optional<ParleyClientException> error) {
        /** What can be. */
        public enum Name {
            /** There is no connection. */
            WAITING,
            JOINING,
            JOINED,
            /** The server does not let us in, or has taken us out; it is asked again over the next connection. */
            REFUSED,
            LEFT
        }

        static State of(Name name) {
            return new State(name, "", 0, Optional.empty());
        }
    }

    private final Protocol client;
    final Membership membership;

    Room(String name, JoinOptions options, boolean isInbox, Protocol client) {
        this.client = client;
        membership = new Membership(name, options, isInbox, client);
    }

    /** Of the inbox: the server's name for it, empty before the first connection and where there is none. */
    public String name() {
        return membership.name();
    }

    public State state() {
        return membership.state();
    }

    /** The last message that was given to the listeners, or is about to be; empty before the first join. */
    public Optional<Position> position() {
        return Optional.ofNullable(membership.position());
    }

    /** Who is there, by name, as far as it was asked for with {@link JoinOptions#presence()}. */
    public Map<String, Member> members() {
        return membership.roster.members();
    }

    /** Is called with each message once, in the order of the log. */
    public Room onMessage(Consumer<Message> listener) {
        membership.messages.add(listener);
        client.step(membership::heard);
        return this;
    }

    /** Is called when somebody comes, goes, or says something new about herself. */
    public Room onPresence(Consumer<Presence> listener) {
        membership.presences.add(listener);
        return this;
    }

    public Room onGap(Consumer<Gap> listener) {
        membership.gaps.add(listener);
        return this;
    }

    public Room onErased(Consumer<Erased> listener) {
        membership.erasures.add(listener);
        return this;
    }

    public Room onSignal(Consumer<Signal> listener) {
        membership.signals.add(listener);
        return this;
    }

    /** Is called with how many messages the server left out, in a room that prefers new to old, since this client was too slow. */
    public Room onDropped(Consumer<Integer> listener) {
        membership.drops.add(listener);
        return this;
    }

    public Room onState(Consumer<State> listener) {
        membership.states.add(listener);
        return this;
    }

    /** Sends a message under a key that is made for it, see {@link #send(Object, String)}. */
    public CompletableFuture<Ack> send(@Nullable Object data) {
        return send(data, UUID.randomUUID().toString());
    }

    /**
     * Sends a message. Waits for a connection, and tries again, under the same key, over any number of them. Messages of one room are
     * stored in the order of the calls.
     *
     * @param data written by the client's {@link JsonBinding} at once; {@link Json#raw} for what is JSON already
     * @param key 1 to 100 characters; what the same user has sent to the room under it within five minutes is not stored again. For a
     *     program that tries again over a restart
     * @return is done when the server has stored it; fails with a {@link ParleyClientException}
     */
    public CompletableFuture<Ack> send(@Nullable Object data, String key) {
        String json = client.json(data);
        CompletableFuture<Ack> future = new CompletableFuture<>();
        client.step(() -> membership.sends.add(key, json, future));
        return future;
    }

    /**
     * Says something to those who are in the room just now. It is not kept, not tried again, and dropped where we are not in the room, or
     * faster than 40 a second; an error of the server's goes to {@link ParleyClient#onError}.
     *
     * @param data at most 4 KiB as JSON
     */
    public void signal(@Nullable Object data) {
        String json = client.json(data);
        client.step(() -> {
            if (membership.isJoined() && client.signals().passes()) {
                client.link.transmit(new Frame.Writer("signal")
                        .with("room", name())
                        .withJson("data", json)
                        .text());
            }
        });
    }

    /**
     * Says something about this user, which others see among the members as long as the connection lasts; and again over the next ones.
     *
     * @param data at most 1 KiB as JSON
     * @throws ParleyClientException {@code too-big} if it is longer: every later join would be refused for it
     */
    public void present(@Nullable Object data) {
        String json = client.json(data);
        int size = json.getBytes(StandardCharsets.UTF_8).length;
        if (size > PRESENCE_BYTES) {
            throw new ParleyClientException("too-big", "too long by " + (size - PRESENCE_BYTES) + " bytes");
        }
        client.step(() -> membership.present(json));
    }

    /** The latest messages, at most {@code limit}, 1 to 100. Waits for a connection. */
    public CompletableFuture<History> history(int limit) {
        return history(new Frame.Writer("history"), limit);
    }

    /** At most {@code limit} messages, 1 to 100, before the one numbered {@code before}. Waits for a connection. */
    public CompletableFuture<History> history(long before, int limit) {
        return history(new Frame.Writer("history").withJson("before", before), limit);
    }

    private CompletableFuture<History> history(Frame.Writer frame, int limit) {
        return membership.requests.ask(() -> frame.with("room", name()).withJson("limit", limit), answer -> {
            List<Message> past = new ArrayList<>();
            for (Frame entry : answer.objects("messages")) {
                if (entry.text("type").equals("message")) {
                    past.add(membership.message(entry));
                }
            }
            return new History(past, answer.flag("more"));
        });
    }

    /**
     * A page of who is in a room that is too big to list at once: at most {@code limit} users, 1 to 100, whose names come behind {@code after}.
     * Waits for a connection.
     */
    public CompletableFuture<Page> members(String after, int limit) {
        return membership.requests.ask(
                () -> new Frame.Writer("members")
                        .with("room", name())
                        .with("after", after)
                        .withJson("limit", limit),
                answer -> new Page(
                        List.copyOf(membership.roster.rows(answer).values()),
                        (int) answer.integer("count"),
                        answer.flag("more")));
    }

    /**
     * Leaves. What has not been stored or answered fails with {@code left}; joined anew, it is another room.
     *
     * @throws IllegalStateException if it is the inbox
     */
    public void leave() {
        if (membership.isInbox) {
            throw new IllegalStateException("nobody leaves an inbox");
        }
        client.forget(this);
        client.step(membership::leave);
    }
}
