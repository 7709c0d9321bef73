package dev.parley.library;

import dev.parley.Json;
import dev.parley.JsonBinding;
import dev.parley.Members;
import dev.parley.Message;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.Publication;
import dev.parley.Published;
import dev.parley.Room;
import dev.parley.RoomListener;
import dev.parley.Subscription;
import dev.parley.backplane.Appended;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.RoomId;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Utf8;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@link Room}: a name, and the parts of the node that know what is behind it. */
record LocalRoom(LocalParley parley, RoomId id) implements Room {
    private static final Logger LOG = System.getLogger(Room.class.getName());
    private static final String NOBODY = "application";
    private static final int MAX_MESSAGES = 200;
    private static final long MAX_BYTES = 4 << 20; // of what was said, at once

    @Override
    public String name() {
        return id.name();
    }

    @Override
    public CompletionStage<Published> publish(@Nullable Object data) {
        return publish(Publication.of(data));
    }

    @Override
    public CompletionStage<Published> publish(Publication publication) {
        return publish(draft(publication));
    }

    private CompletionStage<Published> publish(Draft draft) {
        return parley.answer(parley.append(id, draft), LocalRoom::published);
    }

    static Published published(Appended appended) {
        return new Published(position(appended.position()), appended.duplicate());
    }

    static Draft draft(Publication publication) {
        String user = publication.from().orElse(NOBODY);
        return new Draft(
                Draft.key(
                        Draft.Origin.APPLICATION,
                        user,
                        publication.key().orElseGet(() -> UUID.randomUUID().toString())),
                new Draft.Author(user, NOBODY),
                Draft.Kind.JSON,
                json(publication.data()));
    }

    @Override
    public CompletionStage<Void> signal(@Nullable Object data) {
        String json = json(data);
        long bytes = Utf8.length(json);
        CompletionStage<Void> sent = parley.inRooms(rooms -> {
            if (bytes > Inbound.Signal.MAX_BYTES) {
                throw new ParleyException(
                        ParleyException.Code.REFUSED,
                        "a signal is at most " + Inbound.Signal.MAX_BYTES + " bytes long, this one " + bytes,
                        null);
            }
            if (!rooms.signal(id, new Draft.Author(NOBODY, NOBODY), json)) {
                throw new ParleyException(ParleyException.Code.UNAVAILABLE, "too many signals are on their way", null);
            }
        });
        return parley.<Void, @Nullable Void>answer(sent, nothing -> null);
    }

    private static String json(@Nullable Object data) {
        return data instanceof Json known
                ? known.raw()
                : Json.raw(JsonBinding.current().write(data)).raw();
    }

    @Override
    public void publishAfterCommit(@Nullable Object data) {
        Draft draft = draft(Publication.of(data));
        Runnable publishing = () -> publish(draft).whenComplete((published, failure) -> {
            if (failure != null) {
                LOG.log(Level.ERROR, () -> "what was committed could not be published in " + id, failure);
            }
        });
        if (!parley.afterCommit(publishing)) {
            publishing.run();
        }
    }

    @Override
    public CompletionStage<List<Message>> history(long before, int limit) {
        if (limit < 1 || limit > MAX_MESSAGES) {
            throw new IllegalArgumentException("limit is 1 to " + MAX_MESSAGES + ", not " + limit);
        }
        return parley.ask(
                backplane -> backplane.readBefore(id, before, limit, MAX_BYTES),
                slice -> slice.entries().stream()
                        .filter(LocalRoom::isSaid)
                        .map(LocalRoom::message)
                        .toList());
    }

    @Override
    public CompletionStage<Members> members() {
        return parley.ask(backplane -> backplane.presence().members(id), LocalRoom::members);
    }

    private static Members members(Map<String, Occupant> occupants) {
        Map<String, Integer> connections = new HashMap<>();
        Map<String, Json> data = new HashMap<>();
        occupants.forEach((user, occupant) -> {
            connections.put(user, occupant.connections());
            if (!occupant.data().isEmpty()) {
                data.put(user, Json.raw(occupant.data()));
            }
        });
        return new Members(connections, data);
    }

    @Override
    public CompletionStage<Position> position() {
        return parley.ask(backplane -> backplane.extent(id), extent -> position(extent.top()));
    }

    @Override
    public Subscription subscribe(RoomListener listener) {
        return new Listening(parley, id, null, listener);
    }

    @Override
    public Subscription subscribe(Position since, RoomListener listener) {
        dev.parley.backplane.Position after =
                new dev.parley.backplane.Position(since.epoch(), since.seq(), since.message());
        return new Listening(parley, id, after, listener);
    }

    @Override
    public CompletionStage<Void> remove(String user) {
        return parley.onAllNodes(cluster -> cluster.remove(user, id));
    }

    @Override
    public CompletionStage<Void> recheck() {
        return parley.onAllNodes(cluster -> cluster.recheck(id));
    }

    @Override
    public CompletionStage<Void> purge() {
        return parley.<dev.parley.backplane.Position, @Nullable Void>ask(
                backplane -> backplane.purge(id), position -> null);
    }

    @Override
    public CompletionStage<Void> erase(String messageId) {
        return parley.<Boolean, @Nullable Void>ask(backplane -> backplane.erase(id, messageId), erased -> null);
    }

    /** Whether somebody said it, and it was not erased. */
    static boolean isSaid(Entry entry) {
        return entry.draft().kind() != Draft.Kind.LEFT && entry.draft().kind() != Draft.Kind.ERASED;
    }

    static Message message(Entry entry) {
        Draft draft = entry.draft();
        return new Message(
                position(entry.position()),
                entry.at(),
                new Message.Author(draft.author().user(), draft.author().connection()),
                draft.kind() == Draft.Kind.JSON ? Json.raw(draft.text()) : Json.of(draft.text()));
    }

    static Position position(dev.parley.backplane.Position position) {
        return new Position(position.epoch(), position.seq(), position.message());
    }
}
