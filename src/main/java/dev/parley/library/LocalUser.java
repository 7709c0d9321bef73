package dev.parley.library;

import dev.parley.ParleyException;
import dev.parley.Presence;
import dev.parley.Publication;
import dev.parley.Published;
import dev.parley.User;
import dev.parley.api.Users;
import dev.parley.backplane.RoomId;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@link User}: a name, whose inbox is a log like a room's. */
record LocalUser(LocalParley parley, String name, RoomId inbox) implements User {
    @Override
    public CompletionStage<Published> publish(@Nullable Object data) {
        return publish(Publication.of(data));
    }

    @Override
    public CompletionStage<Published> publish(Publication publication) {
        return new LocalRoom(parley, inbox).publish(publication);
    }

    @Override
    public void publishAfterCommit(@Nullable Object data) {
        new LocalRoom(parley, inbox).publishAfterCommit(data);
    }

    @Override
    public CompletionStage<Presence> presence() {
        return parley.askNodes(users -> users.find(name), LocalUser::presence);
    }

    private static Presence presence(Users.Found found) {
        if (found.connections() == 0 && !found.silent().isEmpty()) {
            throw new ParleyException(
                    ParleyException.Code.UNAVAILABLE, "no answer from the nodes " + found.silent(), null);
        }
        return new Presence(found.since(), found.connections());
    }

    @Override
    public CompletionStage<Void> disconnect(String reason) {
        Users.requireShort(reason);
        return parley.onAllNodes(cluster -> Users.disconnect(cluster, name, reason));
    }
}
