package dev.parley.library;

import dev.parley.Json;
import dev.parley.JsonBinding;
import dev.parley.Members;
import dev.parley.Message;
import dev.parley.Position;
import dev.parley.Publication;
import dev.parley.Published;
import dev.parley.Room;
import dev.parley.RoomListener;
import dev.parley.Subscription;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.RoomId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
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
        return parley.answer(
                parley.append(id, draft),
                appended -> new Published(position(appended.position()), appended.duplicate()));
    }

    private Draft draft(Publication publication) {
        String user = publication.from().orElse(NOBODY);
        String json = publication.data() instanceof Json known
                ? known.raw()
                : Json.raw(JsonBinding.current().write(publication.data())).raw();
        Draft draft = new Draft(
                Draft.key(
                        Draft.Origin.APPLICATION,
                        user,
                        publication.key().orElseGet(() -> UUID.randomUUID().toString())),
                new Draft.Author(user, NOBODY),
                Draft.Kind.JSON,
                json);
        return draft;
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
                        .filter(entry -> entry.draft().kind() != Draft.Kind.LEFT)
                        .map(LocalRoom::message)
                        .toList());
    }

    @Override
    public CompletionStage<Members> members() {
        return parley.ask(backplane -> backplane.presence().members(id), Members::new);
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
