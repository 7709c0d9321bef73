package dev.parley.client;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where we stand with a room: enters it over every connection, takes what comes of it, and knows up to where. Used in steps only, but for
 * the listeners and what is volatile.
 */
final class Membership {
    private static final int MAX_UNHEARD = 100; // the server gives up to 200 again
    private static final int MAX_QUEUED = 1_000; // events that wait for the listeners

    final boolean isInbox;
    final Sends sends;
    final Requests requests;
    final Roster roster;
    private final Protocol client;
    private final boolean wantsPresence;

    final Listeners<Message> messages;
    final Listeners<Room.Presence> presences;
    final Listeners<Room.Gap> gaps;
    final Listeners<Room.Erased> erasures;
    final Listeners<Room.Signal> signals;
    final Listeners<Integer> drops;
    final Listeners<Room.State> states;
    private volatile String name;
    private volatile Room.State state = Room.State.of(Room.State.Name.WAITING);
    private volatile @Nullable Position position;

    private @Nullable String ownPresence; // JSON
    private @Nullable ParleyClientException ended; // why nothing may be asked
    private int entry; // each has a number, and what belongs to an earlier one comes too late
    private int unheard;
    private boolean isHeard;
    private boolean isPresenceDue;
    private boolean mayBeIn; // as far as this connection's server knows

    Membership(String name, JoinOptions options, boolean isInbox, Protocol client) {
        this.name = name;
        this.client = client;
        this.isInbox = isInbox;
        wantsPresence = options.presence;
        ownPresence = options.data == null ? null : client.json(options.data);
        position = options.since;
        sends = new Sends(this, client);
        requests = new Requests(this, client);
        roster = new Roster(client);
        messages = new Listeners<>(client.callbacks, false);
        presences = new Listeners<>(client.callbacks, true);
        gaps = new Listeners<>(client.callbacks, true);
        erasures = new Listeners<>(client.callbacks, false);
        signals = new Listeners<>(client.callbacks, false);
        drops = new Listeners<>(client.callbacks, false);
        states = new Listeners<>(client.callbacks, true);
    }

    String name() {
        return name;
    }

    Room.State state() {
        return state;
    }

    @Nullable
    Position position() {
        return position;
    }

    boolean isJoined() {
        return state.name() == Room.State.Name.JOINED;
    }

    @Nullable
    ParleyClientException ended() {
        return ended;
    }

    void name(String given) {
        name = given;
    }

    /** Somebody listens to messages from now on, who is to have those, too, that came before. */
    void heard() {
        isHeard = true;
        if (unheard > 0 && isJoined()) {
            enter();
        }
        unheard = 0;
    }

    /** Asks to be let in, as long as that can help and this connection lasts. */
    void enter() {
        int mine = ++entry;
        ended = null;
        change(Room.State.of(Room.State.Name.JOINING));
        if (!isInbox || position != null) { // a client is let into its inbox unasked, from now on
            client.joins().inTurn(() -> mine == entry && join(mine));
        }
    }

    private boolean join(int mine) {
        mayBeIn = true;
        isPresenceDue = false;
        Frame.Writer frame = new Frame.Writer("join").with("room", name).with("since", position);
        if (wantsPresence || ownPresence != null) {
            frame.withJson("presence", ownPresence == null ? true : "{\"data\":" + ownPresence + "}");
        }
        client.link.questions.ask(
                frame::text,
                joined -> during(mine, () -> take(joined)),
                error -> during(mine, () -> {
                    if (error.mayRetry()) {
                        client.retry(client.joins(), error, () -> during(mine, this::enter));
                    } else {
                        refuse(error);
                    }
                }));
        return true;
    }

    private void during(int mine, Runnable step) {
        if (mine == entry) {
            step.run();
        }
    }

    void leave() {
        client.depart(name, mayBeIn);
        exit(new ParleyClientException("left", "the room was left"), Room.State.Name.LEFT);
    }

    /** There is no connection; given is why there will be none. */
    void exit(@Nullable ParleyClientException forGood) {
        exit(forGood, Room.State.Name.WAITING);
    }

    private void exit(@Nullable ParleyClientException forGood, Room.State.Name now) {
        entry++;
        mayBeIn = false;
        sends.disconnected();
        requests.disconnected();
        ended = forGood;
        if (state.name() != now) {
            change(Room.State.of(now));
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
                    signals.tell(
                            new Room.Signal(from.text("user"), from.text("connection"), client.json(frame, "data")));
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
            change(Room.State.of(Room.State.Name.JOINING));
            client.whenHeard(() -> during(mine, this::enter));
            return;
        }
        Position next = new Position(last.epoch(), frame.integer("seq"), frame.text("message"));
        if (frame.text("type").equals("message")) {
            Message message = message(frame); // before the position moves: it may not be understood
            position = next;
            messages.tell(message);
        } else {
            Frame erased = frame.has("erased") ? frame.object("erased") : frame;
            position = next;
            erasures.tell(new Room.Erased(next, erased.integer("seq"), erased.text("message")));
        }
    }

    /** Whether the listeners have so much before them that the rest is better left with the server, and asked for again. */
    private boolean isBehind() {
        return client.queued() > MAX_QUEUED;
    }

    Message message(Frame frame) {
        Position now = position;
        Frame from = frame.object("from");
        return new Message(
                name,
                new Position(now == null ? "" : now.epoch(), frame.integer("seq"), frame.text("message")),
                Instant.parse(frame.text("at")),
                from.text("user"),
                from.text("connection"),
                frame.has("event") ? Optional.of(frame.text("event")) : Optional.empty(),
                client.json(frame, "data"),
                client.isOwn(from.text("connection")));
    }

    private void take(Frame joined) {
        Position before = position;
        String resume = joined.text("resume");
        if (!resume.equals("ok")) {
            position = joined.position();
            unheard = 0;
        }
        change(new Room.State(Room.State.Name.JOINED, resume, (int) joined.integer("replayed"), Optional.empty()));
        if (resume.equals("lost")) {
            gaps.tell(new Room.Gap(joined.text("reason"), Optional.ofNullable(before), joined.position()));
        }
        if (isPresenceDue) { // it is newer than the join
            client.messages().inTurn(this::tellPresence);
        }
        requests.pump();
        sends.pump();
    }

    private void refuse(ParleyClientException error) {
        entry++;
        sends.disconnected();
        ended = error;
        change(new Room.State(Room.State.Name.REFUSED, "", 0, Optional.of(error)));
        failAll(error);
    }

    /** Is called when the state says so already: who learns of a failure looks at the state. */
    private void failAll(ParleyClientException error) {
        sends.failAll(error);
        requests.failAll(error);
    }

    private void change(Room.State next) {
        state = next;
        states.tell(next);
    }

    void present(String json) {
        boolean isInLine = isPresenceDue;
        ownPresence = json;
        isPresenceDue = true;
        if (!isInLine && isJoined()) {
            client.messages().inTurn(this::tellPresence);
        }
    }

    /** The newest one; where we are not in, the join has it. */
    private boolean tellPresence() {
        boolean isDue = isPresenceDue && isJoined();
        if (isDue) {
            isPresenceDue = false;
            client.link.transmit(new Frame.Writer("presence")
                    .with("room", name)
                    .withJson("data", ownPresence)
                    .text());
        }
        return isDue;
    }
}
