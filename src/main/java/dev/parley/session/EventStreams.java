package dev.parley.session;

import dev.parley.backplane.RoomId;
import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.dialogue.Dialogues;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Handshake;
import dev.parley.node.Threads;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Mark;
import jakarta.servlet.AsyncContext;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Streams of events: connections as those of sockets, over which the client says nothing; and who says something beside them. Thread-safe. */
public final class EventStreams {
    private final ConnectionManager connections;
    private final Dialogues dialogues;

    public EventStreams(ConnectionManager connections, Dialogues dialogues) {
        this.connections = connections;
        this.dialogues = dialogues;
    }

    /**
     * What a client wants to be told.
     *
     * @param rooms that it may be in
     * @param since where it was in rooms when it left
     * @param presence whether it wants to be told who is there
     */
    public record Wish(Collection<RoomId> rooms, Map<String, Mark> since, boolean presence) {}

    /**
     * Begins one on a request whose answer has its headers. From then on the handshake is the connection's, which ends it, whatever
     * goes wrong.
     *
     * @throws IOException if the client has gone
     */
    public void open(AsyncContext context, Handshake handshake, Optional<Credential> who, Wish wish)
            throws IOException {
        Connection connection = connections.accept(context, wish.since());
        try {
            Inlet.follow(handshake, connection);
            dialogues.listen(connection, who, wish.rooms(), wish.since(), wish.presence(), handshake::renew);
        } catch (Throwable fault) {
            connection.close(CloseCode.INTERNAL_ERROR);
            Threads.report(connection + " is closed", fault);
        }
    }

    /** What somebody said came to. */
    @FunctionalInterface
    public interface Answer {
        /** With the frame that a socket would have been sent, or null if none came; and the name that its author has in messages. */
        void answered(@Nullable String frame, String connection);
    }

    /** Has somebody say one thing in a room where it may be. The handshake ends with that. */
    public void say(
            Handshake handshake, Optional<Credential> who, RoomId room, Inbound said, int length, Answer answer) {
        CompletableFuture<String> frame = new CompletableFuture<>();
        Connection connection = connections.accept(frame);
        CompletableFuture<String> unused = frame.whenComplete((told, late) -> {
            connection.gone();
            answer.answered(told, connection.id());
        });
        try {
            Inlet.follow(handshake, connection);
            connection.publishesFor(handshake.origin());
            dialogues.say(connection, who, room, said, length, handshake::renew);
        } catch (Throwable fault) {
            Threads.report("somebody's message is refused", fault);
            connection.close(CloseCode.INTERNAL_ERROR);
        }
    }
}
