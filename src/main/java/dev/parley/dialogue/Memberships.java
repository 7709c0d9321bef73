package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.handshake.Credential;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Json;
import dev.parley.protocol.Outbound;
import dev.parley.protocol.Utf8;
import dev.parley.room.JsonMember;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rooms that one client is in, and what it may do there. Messages of the client are acted on by one thread at a time; the rest is
 * thread-safe.
 */
final class Memberships {
    private final Dialogues all;
    private final Connection connection;
    private final Line line;
    private final Authentication who;
    private final Answers answers;
    private final Map<RoomId, JsonMember> memberships = new ConcurrentHashMap<>();
    private @Nullable JsonMember speaker; // in the one room that it speaks in without being there

    Memberships(Dialogues all, Connection connection, Line line, Authentication who, Answers answers) {
        this.all = all;
        this.connection = connection;
        this.line = line;
        this.who = who;
        this.answers = answers;
    }

    /** Which room a client means; of all inboxes it can name its own alone. Null if it is none, and it has been answered so. */
    @Nullable
    RoomId named(@Nullable String id, String name) {
        RoomId mine = who.inbox();
        RoomId room = mine != null && mine.name().equals(name)
                ? mine
                : RoomId.parse(name).orElse(null);
        if (room == null) {
            answers.fail(id, ErrorCode.BAD_ROOM, null);
        }
        return room;
    }

    /** The room of that name, if it is in; null if it is not, and has been answered so. */
    @Nullable
    RoomId where(@Nullable String id, String name) {
        RoomId room = named(id, name);
        return room == null || member(id, room) == null ? null : room;
    }

    /** The same, of a room: as whom it is in. */
    @Nullable
    JsonMember member(@Nullable String id, RoomId room) {
        JsonMember member = in(room);
        if (member == null) {
            answers.fail(id, ErrorCode.NOT_JOINED, null);
        }
        return member;
    }

    private @Nullable JsonMember in(RoomId room) {
        JsonMember member = memberships.getOrDefault(room, speaker);
        return member == null || member.isOut() ? null : member;
    }

    /**
     * Goes on if it may do something in a room, as soon as that is known; or else it is answered so. To be called last by whoever acts
     * on a message.
     *
     * @param said how many characters the message has
     */
    void ifAllowed(@Nullable String id, Action action, RoomId room, int said, Runnable then) {
        CompletableFuture<Decision> may = who.may(action, room);
        line.await(may, said, () -> {
            if (!answers.isRefused(id, may.join())) {
                then.run();
            }
        });
    }

    /** Lets it into its user's inbox, as if it had joined. */
    void attach() {
        RoomId mine = who.inbox();
        if (mine != null) {
            joined(mine).attach();
        }
    }

    /** Lets it speak in a room without being there. */
    void speakIn(RoomId room) {
        speaker = all.rooms().speaker(room, connection, who.known().user());
    }

    private record Entering(Inbound.Join join, RoomId room) {}

    void join(List<Inbound.Join> joins) {
        List<Entering> entering = new ArrayList<>();
        for (Inbound.Join join : joins) {
            RoomId room = named(join.id(), join.room());
            if (room != null && !isTooLong(join.id(), join.data())) {
                entering.add(new Entering(join, room));
            }
        }
        CompletableFuture<Map<RoomId, Decision>> in = may(Action.JOIN, entering, join -> true);
        CompletableFuture<Map<RoomId, Decision>> presence = may(Action.PRESENCE, entering, Inbound.Join::presence);
        CompletableFuture<Map<RoomId, Decision>> past = may(Action.HISTORY, entering, join -> join.since() != null);
        int said = entering.stream().mapToInt(one -> length(one.join().data())).sum();
        line.await(
                CompletableFuture.allOf(in, presence, past),
                said,
                () -> entering.forEach(one -> enter(
                        one.join(),
                        one.room(),
                        Objects.requireNonNull(in.join().get(one.room())),
                        one.join().presence() ? presence.join().get(one.room()) : null,
                        one.join().since() == null ? null : past.join().get(one.room()))));
    }

    private CompletableFuture<Map<RoomId, Decision>> may(
            Action action, List<Entering> entering, Predicate<Inbound.Join> asks) {
        Set<RoomId> rooms = entering.stream()
                .filter(one -> asks.test(one.join()))
                .map(Entering::room)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return Policies.inTurn(rooms, room -> who.may(action, room));
    }

    /** With the decisions that it takes; null for what is not asked for. */
    private void enter(
            Inbound.Join join, RoomId room, Decision in, @Nullable Decision presence, @Nullable Decision past) {
        if (in == Decision.DENIED) {
            leave(room); // the right may have been lost since
        }
        if (answers.isRefused(join.id(), in)) {
            return;
        }
        if (presence == Decision.UNKNOWN || past == Decision.UNKNOWN) {
            answers.undecided(join.id()); // or it would be told that something is lost
            return;
        }
        JsonMember member = in(room);
        if (member == null) {
            memberships.values().removeIf(JsonMember::isOut);
            if (rooms().size() >= all.limits().rooms() && !room.isInbox()) {
                answers.fail(join.id(), ErrorCode.TOO_MANY_ROOMS, null);
                return;
            }
            member = joined(room);
        }
        if (join.data() != null && presence == Decision.ALLOWED) {
            member.says(join.data().source());
        }
        member.enter(
                join.id(),
                join.since(),
                presence == Decision.ALLOWED,
                join.since() == null || past == Decision.ALLOWED);
    }

    private JsonMember joined(RoomId room) {
        JsonMember member = all.rooms().join(room, connection, who.known().user());
        memberships.put(room, member);
        if (!connection.isLive()) {
            member.ended();
        }
        return member;
    }

    /** In a room that it is in, and where it may see who else is: whoever is told of others may be seen with more than a name. */
    void whereMayBeSeen(@Nullable String id, String name, @Nullable Json data, Consumer<JsonMember> what) {
        RoomId room = isTooLong(id, data) ? null : where(id, name);
        if (room != null) {
            ifAllowed(id, Action.PRESENCE, room, length(data), () -> {
                JsonMember member = member(id, room);
                if (member != null) {
                    what.accept(member);
                }
            });
        }
    }

    private static int length(@Nullable Json data) {
        return data == null ? 0 : data.source().length();
    }

    /** Whether what somebody says of itself is too long, and has been answered so. */
    private boolean isTooLong(@Nullable String id, @Nullable Json data) {
        boolean isTooLong = data != null && Utf8.length(data.source()) > Inbound.Presence.MAX_BYTES;
        if (isTooLong) {
            String sentence = "presence data is at most " + Inbound.Presence.MAX_BYTES + " bytes";
            answers.fail(id, ErrorCode.TOO_BIG, null, sentence);
        }
        return isTooLong;
    }

    void leave(Inbound.Leave leave) {
        RoomId room = named(leave.id(), leave.room());
        if (room == null) {
            return;
        }
        JsonMember member = memberships.remove(room);
        if (member == null || member.isOut()) { // which is what it wants
            connection.send(new Outbound.Left(leave.id(), room.name(), null).text());
        } else {
            member.leave(leave.id());
        }
    }

    /** Takes it out of a room without a word. */
    private void leave(RoomId room) {
        JsonMember member = memberships.remove(room);
        if (member != null) {
            member.leave();
        }
    }

    /** The rooms that it is in, without its inbox. */
    Set<RoomId> rooms() {
        return memberships.keySet().stream().filter(room -> !room.isInbox()).collect(Collectors.toSet());
    }

    /** Is taken out of a room, if it is that user's and is there. */
    void removed(String user, RoomId room) {
        Credential known = who.credential();
        if (known != null && known.user().equals(user)) {
            remove(room, Outbound.Left.REMOVED);
        }
    }

    private void remove(RoomId room, String reason) {
        JsonMember member = memberships.remove(room);
        if (member != null) {
            member.remove(reason);
        }
    }

    /** Is taken out of a room that it may not be in any more; done when that is known. Where nobody knows, it is asked again. */
    CompletableFuture<?> recheck(RoomId room) {
        if (!connection.isLive() || !memberships.containsKey(room)) {
            all.sure(this, room);
            return all.policies().denied();
        }
        CompletableFuture<Decision> may = who.may(Action.JOIN, room);
        if (may.isDone()) {
            rechecked(room, may.join());
            return may;
        }
        return may.thenAccept(decision -> rechecked(room, decision));
    }

    private void rechecked(RoomId room, Decision mayStay) {
        if (mayStay == Decision.UNKNOWN) {
            all.unsure(this, room);
        } else {
            all.sure(this, room);
        }
        if (mayStay == Decision.DENIED) {
            remove(room, Outbound.Left.FORBIDDEN);
        }
    }

    /** The connection has ended. */
    void ended() {
        memberships.values().forEach(JsonMember::ended);
    }
}
