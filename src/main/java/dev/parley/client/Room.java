package dev.parley.client;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A room that a {@link ParleyClient} has joined, over all its connections. Thread-safe; no method blocks.
 *
 * <p>Listeners are called one after another in the order of events, see the package. Set them right behind the join: the first one for
 * messages is told up to 100 messages that came before it was set, and those for states, presence and gaps are told the last one.
 */
public final class Room {
    private static final int PRESENCE_BYTES = 1_024; // what the server takes
    private static final int MAX_UNHEARD = 100; // the server gives up to 200 again
    private static final int MAX_QUEUED = 1_000; // events that wait for the listeners

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

    /** A request that has no order among others, and outlives losses of the connection. */
    private static final class Request {
        private final Frame.Writer frame;
        private final Consumer<Frame> take;
        private final Consumer<ParleyClientException> fail;
        private boolean isUnderWay;

        Request(Frame.Writer frame, Consumer<Frame> take, Consumer<ParleyClientException> fail) {
            this.frame = frame;
            this.take = take;
            this.fail = fail;
        }
    }

    private final ParleyClient client;
    private final boolean isInbox;
    private final boolean wantsPresence;
    private final Sends sends;
    private final Roster roster;
    private final Set<Request> requests = new LinkedHashSet<>();

    private final Listeners<Message> messages;
    private final Listeners<Presence> presences;
    private final Listeners<Gap> gaps;
    private final Listeners<Erased> erasures;
    private final Listeners<Signal> signals;
    private final Listeners<Integer> drops;
    private final Listeners<State> states;

    // Written in steps, read by everybody.
    private volatile String name;
    private volatile State state = State.of(State.Name.WAITING);
    private volatile @Nullable Position position;

    // Of the steps.
    private @Nullable String ownPresence; // JSON
    private @Nullable ParleyClientException ended; // why nothing may be asked
    private int entry; // each has a number, and what belongs to an earlier one comes too late
    private int unheard;
    private boolean isHeard;
    private boolean isPresenceDue;
    private boolean mayBeIn; // as far as this connection's server knows

    Room(String name, JoinOptions options, boolean isInbox, ParleyClient client, Serial callbacks) {
        this.name = name;
        this.client = client;
        this.isInbox = isInbox;
        wantsPresence = options.presence;
        ownPresence = options.data == null ? null : client.json(options.data);
        position = options.since;
        sends = new Sends(this, client);
        roster = new Roster(client);
        messages = new Listeners<>(callbacks, false);
        presences = new Listeners<>(callbacks, true);
        gaps = new Listeners<>(callbacks, true);
        erasures = new Listeners<>(callbacks, false);
        signals = new Listeners<>(callbacks, false);
        drops = new Listeners<>(callbacks, false);
        states = new Listeners<>(callbacks, true);
    }

    /** Of the inbox: the server's name for it, empty before the first connection and where there is none. */
    public String name() {
        return name;
    }

    public State state() {
        return state;
    }

    /** The last message that was given to the listeners, or is about to be; empty before the first join. */
    public Optional<Position> position() {
        return Optional.ofNullable(position);
    }

    /** Who is there, by name, as far as it was asked for with {@link JoinOptions#presence()}. */
    public Map<String, Member> members() {
        return roster.members();
    }

    /** Is called with each message once, in the order of the log. */
    public Room onMessage(Consumer<Message> listener) {
        messages.add(listener);
        client.step(() -> {
            isHeard = true;
            if (unheard > 0 && isJoined()) {
                enter();
            }
            unheard = 0;
        });
        return this;
    }

    /** Is called when somebody comes, goes, or says something new about herself. */
    public Room onPresence(Consumer<Presence> listener) {
        presences.add(listener);
        return this;
    }

    public Room onGap(Consumer<Gap> listener) {
        gaps.add(listener);
        return this;
    }

    public Room onErased(Consumer<Erased> listener) {
        erasures.add(listener);
        return this;
    }

    public Room onSignal(Consumer<Signal> listener) {
        signals.add(listener);
        return this;
    }

    /** Is called with how many messages the server left out, in a room that prefers new to old, since this client was too slow. */
    public Room onDropped(Consumer<Integer> listener) {
        drops.add(listener);
        return this;
    }

    public Room onState(Consumer<State> listener) {
        states.add(listener);
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
        client.step(() -> sends.add(key, json, future));
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
            if (isJoined() && client.signals().passes()) {
                client.link()
                        .transmit(new Frame.Writer("signal")
                                .with("room", name)
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
        client.step(() -> {
            boolean isInLine = isPresenceDue;
            ownPresence = json;
            isPresenceDue = true;
            if (!isInLine && isJoined()) {
                client.messages().inTurn(this::tellPresence);
            }
        });
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
        return request(() -> frame.with("room", name).withJson("limit", limit), answer -> {
            List<Message> past = new ArrayList<>();
            for (Frame entry : answer.objects("messages")) {
                if (entry.text("type").equals("message")) {
                    past.add(message(entry, epoch()));
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
        return request(
                () -> new Frame.Writer("members")
                        .with("room", name)
                        .with("after", after)
                        .withJson("limit", limit),
                answer -> new Page(
                        List.copyOf(roster.rows(answer).values()), (int) answer.integer("count"), answer.flag("more")));
    }

    /**
     * Leaves. What has not been stored or answered fails with {@code left}; joined anew, it is another room.
     *
     * @throws IllegalStateException if it is the inbox
     */
    public void leave() {
        if (isInbox) {
            throw new IllegalStateException("nobody leaves an inbox");
        }
        client.forget(this);
        client.step(() -> {
            client.depart(name, mayBeIn);
            exit(new ParleyClientException("left", "the room was left"), State.Name.LEFT);
        });
    }

    // From here on in steps.

    boolean isJoined() {
        return state.name() == State.Name.JOINED;
    }

    @Nullable
    ParleyClientException ended() {
        return ended;
    }

    void name(String given) {
        name = given;
    }

    /** Asks to be let in, as long as that can help and this connection lasts. */
    void enter() {
        int mine = ++entry;
        ended = null;
        change(State.of(State.Name.JOINING));
        if (isInbox && position == null) {
            return; // a client is let into its inbox unasked, from now on
        }
        client.joins().inTurn(() -> {
            if (mine != entry) {
                return false;
            }
            mayBeIn = true;
            isPresenceDue = false;
            Frame.Writer frame = new Frame.Writer("join").with("room", name).with("since", position);
            if (wantsPresence || ownPresence != null) {
                frame.withJson("presence", ownPresence == null ? true : "{\"data\":" + ownPresence + "}");
            }
            client.link()
                    .ask(
                            frame::text,
                            joined -> {
                                if (mine == entry) {
                                    take(joined);
                                }
                            },
                            error -> {
                                if (mine == entry && !error.mayRetry()) {
                                    refuse(error);
                                } else if (mine == entry) {
                                    client.retry(client.joins(), error, () -> {
                                        if (mine == entry) {
                                            enter();
                                        }
                                    });
                                }
                            });
            return true;
        });
    }

    /** There is no connection; given is why there will be none. */
    void exit(@Nullable ParleyClientException forGood) {
        exit(forGood, State.Name.WAITING);
    }

    private void exit(@Nullable ParleyClientException forGood, State.Name now) {
        entry++;
        mayBeIn = false;
        sends.disconnected();
        requests.forEach(request -> request.isUnderWay = false);
        ended = forGood;
        if (state.name() != now) {
            change(State.of(now));
        }
        if (forGood != null) {
            failAll(forGood);
        }
    }

    void receive(Frame frame) {
        if (isInbox && position == null) {
            take(frame); // the first thing that is said of it, unasked: our place
            return;
        }
        if (!isJoined()) {
            return; // it comes again behind the answer to the join that is under way
        }
        switch (frame.text("type")) {
            case "message", "erased" -> logged(frame);
            case "members" -> presences.tell(roster.listed(frame));
            case "presence" -> presences.tell(roster.changed(frame));
            case "signal" -> {
                Frame from = frame.object("from");
                if (!isBehind()) {
                    signals.tell(new Signal(from.text("user"), from.text("connection"), client.json(frame, "data")));
                }
            }
            case "gap" -> enter();
            case "dropped" -> drops.tell((int) frame.integer("count"));
            case "left" -> refuse(new ParleyClientException(frame.text("reason"), "taken out of the room"));
            default -> {} // of a newer server
        }
    }

    private void logged(Frame frame) {
        Position last = position;
        if (last == null || frame.integer("seq") <= last.seq()) {
            return;
        }
        if (!isHeard && unheard < MAX_UNHEARD) {
            unheard++; // and it is asked for again, once somebody listens
            return;
        }
        if (isBehind()) {
            int mine = ++entry;
            change(State.of(State.Name.JOINING));
            client.whenHeard(() -> {
                if (mine == entry) {
                    enter();
                }
            });
            return;
        }
        Position next = new Position(last.epoch(), frame.integer("seq"), frame.text("message"));
        if (frame.text("type").equals("message")) {
            Message message = message(frame, next.epoch()); // before the position moves: it may not be understood
            position = next;
            messages.tell(message);
        } else {
            Frame erased = frame.has("erased") ? frame.object("erased") : frame;
            position = next;
            erasures.tell(new Erased(next, erased.integer("seq"), erased.text("message")));
        }
    }

    /** Whether the listeners have so much before them that the rest is better left with the server, and asked for again. */
    private boolean isBehind() {
        return client.queued() > MAX_QUEUED;
    }

    private Message message(Frame frame, String epoch) {
        Frame from = frame.object("from");
        return new Message(
                name,
                new Position(epoch, frame.integer("seq"), frame.text("message")),
                Instant.parse(frame.text("at")),
                from.text("user"),
                from.text("connection"),
                frame.has("event") ? Optional.of(frame.text("event")) : Optional.empty(),
                client.json(frame, "data"),
                client.isOwn(from.text("connection")));
    }

    private String epoch() {
        Position now = position;
        return now == null ? "" : now.epoch();
    }

    private void take(Frame joined) {
        Position before = position;
        String resume = joined.text("resume");
        if (!resume.equals("ok")) {
            position = joined.position();
            unheard = 0;
        }
        change(new State(State.Name.JOINED, resume, (int) joined.integer("replayed"), Optional.empty()));
        if (resume.equals("lost")) {
            gaps.tell(new Gap(joined.text("reason"), Optional.ofNullable(before), joined.position()));
        }
        if (isPresenceDue) { // it is newer than the join
            client.messages().inTurn(this::tellPresence);
        }
        List.copyOf(requests).forEach(this::issue);
        sends.pump();
    }

    private void refuse(ParleyClientException error) {
        entry++;
        sends.disconnected();
        ended = error;
        change(new State(State.Name.REFUSED, "", 0, Optional.of(error)));
        failAll(error);
    }

    /** Is called when the state says so already: who learns of a failure looks at the state. */
    private void failAll(ParleyClientException error) {
        sends.failAll(error);
        List<Request> unanswered = List.copyOf(requests);
        requests.clear();
        unanswered.forEach(request -> request.fail.accept(error));
    }

    private void change(State next) {
        state = next;
        states.tell(next);
    }

    /** The newest one; where we are not in, the join has it. */
    private boolean tellPresence() {
        boolean isDue = isPresenceDue && isJoined();
        if (isDue) {
            isPresenceDue = false;
            client.link()
                    .transmit(new Frame.Writer("presence")
                            .with("room", name)
                            .withJson("data", ownPresence)
                            .text());
        }
        return isDue;
    }

    private <T> CompletableFuture<T> request(Supplier<Frame.Writer> frame, Function<Frame, T> read) {
        CompletableFuture<T> future = new CompletableFuture<>();
        client.step(() -> {
            ParleyClientException refused = ended;
            if (refused != null) {
                client.fail(future, refused);
                return;
            }
            Request request = new Request(
                    frame.get(),
                    answer -> client.complete(future, read.apply(answer)),
                    error -> client.fail(future, error));
            requests.add(request);
            issue(request);
        });
        return future;
    }

    private void issue(Request request) {
        if (!isJoined() || request.isUnderWay) {
            return;
        }
        request.isUnderWay = true;
        client.messages().inTurn(() -> {
            if (!requests.contains(request)) {
                return false;
            }
            if (!isJoined()) {
                request.isUnderWay = false;
                return false;
            }
            client.link()
                    .ask(
                            request.frame::text,
                            answer -> {
                                if (requests.remove(request)) {
                                    request.take.accept(answer);
                                }
                            },
                            error -> {
                                if (!error.mayRetry() && requests.remove(request)) {
                                    request.fail.accept(error);
                                } else if (!error.code().equals(Link.DISCONNECTED)) {
                                    client.retry(client.messages(), error, () -> {
                                        request.isUnderWay = false;
                                        if (requests.contains(request)) {
                                            issue(request);
                                        }
                                    });
                                }
                            });
            return true;
        });
    }
}
