package dev.parley.room;

import dev.parley.backplane.Break;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.OutOfOrderException;
import dev.parley.backplane.Position;
import dev.parley.backplane.Slice;
import dev.parley.connection.Connection;
import dev.parley.connection.Outgoing;
import dev.parley.node.Budget;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.LossReason;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A member who speaks {@code parley.v1}: it knows where in the log it is, and is told every entry from there on, or that some
 * are missing.
 *
 * <pre>
 *   registered ─▶ WAITING ──what was missed is read──▶ LIVE ──a hole, a break──▶ ADRIFT
 *                   ▲ │ live entries are held            │                         │
 *                   │ └──────── cannot be read ──▶ OUT ◀─┴─ leave ─────────────────┤
 *                   └──────────────────────────── joins again ─────────────────────┘
 * </pre>
 *
 * <p>It is registered before the log is read, so nothing can fall between what is replayed and what is live. All of this state
 * belongs to the room's loop, and so needs no lock; the methods that others call only queue a turn of that loop, or talk to
 * the log. In an inbox it is the same, but nobody is told that it is there.
 */
public final class JsonMember extends Member {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private enum State {
        WAITING,
        LIVE,
        ADRIFT,
        OUT
    }

    private volatile State state = State.WAITING; // written by the loop alone
    private Position last = Position.ORIGIN;
    private final Early early; // while waiting
    private int visits;
    private boolean isPresent;
    private boolean wantsPresence;
    private volatile String status = ""; // what it says of itself
    private volatile boolean isTold; // what is signalled

    JsonMember(Room room, Connection connection, String user) {
        super(room, connection, user, room.jsonWindow());
        this.early = new Early(room.budget());
    }

    /** Whether it has left, or could not get in. */
    public boolean isOut() {
        return state == State.OUT;
    }

    /**
     * Wants to be told everything after {@code since}, or from the present on. The answer is {@code joined} and then the
     * messages, or an error, and then it is out. May be called again, to go back to a position.
     *
     * @param presence whether it wants to be told who is in the room
     * @param mayLookBack or else nothing is replayed, and whoever missed something is told that it is lost
     */
    public void enter(@Nullable String id, @Nullable Mark since, boolean presence, boolean mayLookBack) {
        String awaited = "join " + room.id();
        connection.expectAnswer(awaited);
        room.loop().turn(connection, () -> {
            if (state != State.OUT) {
                visits++;
                state = State.WAITING;
                early.clear();
                wantsPresence = presence;
            }
            int visit = visits;
            room.readAfter(
                            since == null || !mayLookBack
                                    ? null
                                    : new Position(since.epoch(), since.seq(), since.message()),
                            Replay.MAX_ENTRIES + 1)
                    .whenComplete((slice, failure) -> room.loop().turn(connection, () -> {
                        if (state == State.OUT) {
                            fail(id, ErrorCode.NOT_JOINED); // it has left again meanwhile
                        } else if (visit != visits) {
                            fail(id, ErrorCode.RATE_LIMITED); // it has asked again meanwhile
                        } else if (failure == null) {
                            admit(id, since, slice, mayLookBack);
                        } else {
                            fail(id, ErrorCode.BACKPLANE_UNAVAILABLE);
                            out();
                        }
                        connection.answered(awaited);
                    }));
        });
    }

    /**
     * Is let into its user's inbox, unasked, from the present on. The answer is {@code joined} as soon as the log is followed, which
     * costs no question of its own; none, if it has asked to enter by then.
     */
    public void attach() {
        room.position()
                .whenComplete((position, failure) -> room.loop().turn(connection, () -> {
                    if (position != null && state == State.WAITING && visits == 0) {
                        admit(null, null, new Slice(List.of(), Optional.empty(), position, false), true);
                    }
                }));
    }

    private void admit(@Nullable String id, @Nullable Mark since, Slice slice, boolean mayLookBack) {
        if (!connection.isLive()) { // its end has been dealt with: nobody would ever take it off the list again
            early.letGo();
            return;
        }
        Replay replay = Replay.of(since, slice, mayLookBack);
        LossReason loss = replay.loss();
        int missed = replay.entries().size();
        last = slice.top();
        if (since != null) {
            room.rooms().resumed(loss == null ? "ok" : loss.word());
        }
        connection.note("joined " + room.id() + replay.note());
        List<Outgoing> messages = new ArrayList<>();
        messages.add(new Outgoing(
                new Outbound.Joined(id, room.id().name(), JsonWindow.mark(last), replay.resume(), loss, missed)
                        .text()));
        replay.entries().forEach(entry -> messages.add(new Outgoing(window().render(entry)))); // all, or it is lost
        state = State.LIVE;
        early.each((position, message) -> follow(position, message, messages));
        if (early.hasMissed()) {
            drift(messages);
        }
        isTold = true; // before it is: who has heard that it is in misses no signal from there on
        connection.send(messages);
        early.letGo();
        if (!isPresent && !room.id().isInbox()) {
            isPresent = true;
            room.presence().enter(this);
        }
        if (wantsPresence) {
            room.presence().show(this);
        }
    }

    @Override
    void deliver(List<Entry> entries, List<Outgoing> messages) {
        switch (state) {
            case LIVE -> {
                Position first = entries.get(0).position();
                if (isNext(first)) {
                    last = entries.get(entries.size() - 1).position();
                    connection.send(messages);
                } else {
                    deliverOneByOne(entries, messages);
                }
            }
            case WAITING -> early.hold(entries, messages);
            case ADRIFT, OUT -> {}
        }
    }

    private void deliverOneByOne(List<Entry> entries, List<Outgoing> messages) {
        List<Outgoing> mine = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            follow(entries.get(i).position(), messages.get(i), mine);
        }
        connection.send(mine);
    }

    /** Takes the entry if it is the next one, leaves it out if it is known, and drifts off if something is missing before it. */
    private void follow(Position position, Outgoing message, List<Outgoing> messages) {
        if (state != State.LIVE || position.seq() <= last.seq()) {
            return;
        }
        if (isNext(position)) {
            last = position;
            messages.add(message);
        } else {
            drift(messages);
        }
    }

    /** Numbers go on from epoch to epoch; where they do not, the room is told that the log is broken. */
    private boolean isNext(Position position) {
        return position.seq() == last.seq() + 1;
    }

    private void drift(List<Outgoing> messages) {
        if (state == State.LIVE) {
            state = State.ADRIFT;
            room.rooms().gap();
            connection.note("missed something in " + room.id());
            messages.add(new Outgoing(new Outbound.Gap(room.id().name()).text()));
        }
    }

    @Override
    void broken(Break gap) {
        if (state == State.WAITING) {
            early.miss();
        } else {
            List<Outgoing> messages = new ArrayList<>(1);
            drift(messages);
            connection.send(messages);
        }
    }

    /**
     * Says something to the room. The answer is {@code ack}, or an error.
     *
     * @param origin what its user's name is worth
     * @param key the same key again by the same user, on whichever connection, is not said twice
     * @param after the key of what the same user must have said before, or it is out of order; null if it may be said in any case
     * @param json a JSON value
     */
    public void send(@Nullable String id, Draft.Origin origin, String key, @Nullable String after, String json) {
        if (room.loop().isOverloaded()) {
            fail(id, ErrorCode.OVERLOADED);
            return;
        }
        String unique = Draft.key(origin, author.user(), key); // nobody can make somebody else's
        Draft draft = new Draft(unique, author, Draft.Kind.JSON, json);
        if (room.rooms().isTooBig(room.id(), draft)) {
            fail(id, ErrorCode.TOO_BIG);
            return;
        }
        String before = after == null ? null : Draft.key(origin, author.user(), after);
        room.append(connection, draft, before).whenComplete((appended, failure) -> {
            if (failure == null) {
                connection.send(new Outbound.Ack(
                                id, room.id().name(), JsonWindow.mark(appended.position()), appended.duplicate())
                        .text());
            } else if (failure instanceof OutOfOrderException) {
                connection.send(Outbound.Failure.outOfOrder(id).text());
            } else {
                fail(id, ErrorCode.BACKPLANE_UNAVAILABLE);
            }
        });
    }

    /** Tells the others who are in, and keeps nothing; false if it is given up at once. There is no answer. */
    public boolean signal(String json) {
        return room.rooms().signal(room.id(), author, json);
    }

    /** Says something of itself to those who are told who is in, from when it is in; {@code null} for nothing any more. There is no answer. */
    public void says(String json) {
        String said = json.equals("null") ? "" : Occupant.status(room.presence().tick(), json);
        room.loop().turn(connection, () -> {
            if (state != State.OUT && connection.isLive()) {
                connection.occupies(said.length() - status.length());
                room.budget().hold(Budget.Use.ROOMS, said.length() - status.length());
                status = said;
                if (isPresent) {
                    room.presence().enter(this);
                }
            }
        });
    }

    /** Is told who is in, a page at a time, in the order of names. The answer is a page, or an error. */
    public void tell(@Nullable String id, String after, int limit) {
        String awaited = "members " + room.id();
        connection.expectAnswer(awaited); // so that a client that asks faster than it reads is not read from
        room.presence().page(id, after, limit).whenComplete((page, failure) -> {
            if (failure == null) {
                connection.send(page.text());
            } else {
                fail(id, ErrorCode.BACKPLANE_UNAVAILABLE);
            }
            connection.answered(awaited);
        });
    }

    /** Whether it is told what is signalled. */
    boolean isTold() {
        return isTold;
    }

    /** Leaves. The answer is {@code left}; after that it is told nothing more of the room. */
    public void leave(@Nullable String id) {
        room.loop().turn(connection, () -> {
            out();
            connection.send(new Outbound.Left(id, room.id().name(), null).text());
        });
    }

    /** Is taken out by somebody else, and told why. */
    public void remove(String reason) {
        room.loop().turn(connection, () -> {
            if (state != State.OUT) {
                out();
                connection.send(new Outbound.Left(null, room.id().name(), reason).text());
            }
        });
    }

    /** Is taken out, without a word. */
    public void leave() {
        room.loop().turn(connection, this::out);
    }

    private void out() {
        state = State.OUT;
        isTold = false;
        forgetStatus();
        connection.note("left " + room.id());
        early.letGo();
        room.remove(this);
        room.presence().leave(this);
    }

    private void forgetStatus() {
        room.budget().release(Budget.Use.ROOMS, status.length());
        connection.occupies(-status.length());
        status = "";
    }

    /** Others may not notice: who comes back soon has not been away. */
    @Override
    public void ended() {
        room.loop().turn(null, () -> {
            early.letGo();
            forgetStatus();
        });
        room.remove(this);
        if (!room.id().isInbox()) { // which nobody is told of
            room.presence().lost(this);
        }
    }

    /** Nothing is said: that a JSON client leaves is presence, and no message, however it leaves. */
    @Override
    Draft farewell() {
        return farewell(Draft.Kind.JSON, status.isEmpty() ? "null" : status);
    }

    private void fail(@Nullable String id, ErrorCode code) {
        Duration after = code.mayRetry() ? TRY_AGAIN : null;
        connection.send(new Outbound.Failure(id, code, after, code.sentence()).text());
    }
}
