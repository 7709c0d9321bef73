package dev.parley.connection;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How one connection is doing. Immutable.
 *
 * @param id its name
 * @param peer who it is, as far as is known
 * @param since when it was accepted
 * @param traffic what went in and out
 * @param waiting messages in its outbox
 * @param waitingBytes their size
 * @param heldBytes what the budget counts for it: its part in what waits, and its incomplete message
 * @param stalled for how long the write under way has been so
 * @param quiet since when nothing has been heard of the peer
 * @param roundTrip how long the last ping took to be answered
 * @param dropped messages that were left out because it was too slow for them
 * @param expires when its credential ends, if it has one that does
 */
public record Figures(
        String id,
        Peer peer,
        Instant since,
        Traffic traffic,
        int waiting,
        long waitingBytes,
        long heldBytes,
        Duration stalled,
        Duration quiet,
        Optional<Duration> roundTrip,
        long dropped,
        Optional<Instant> expires) {

    /**
     * Something that happened on a connection.
     *
     * @param what a few words of ours, and names of rooms; never anything that was said
     */
    public record Event(Instant at, String what) {}

    /**
     * A connection that this node has ended, or could not write to any more.
     *
     * @param cause the name of a close code, or {@code broken}
     * @param dropped messages that it was never sent: left out before, or still waiting when it ended
     */
    public record Ended(String id, Peer peer, Instant since, Instant at, String cause, long dropped) {}

    /**
     * Who is at the other end, for the eyes of operators.
     *
     * @param user the name under which it came; empty if it gave none
     * @param source who vouches for that name, in a word; empty if nobody does
     * @param address where the handshake came from, as the server saw it
     * @param endpoint the path template of the endpoint that it is connected to
     */
    public record Peer(String user, String source, String address, String endpoint) {
        static final Peer UNKNOWN = new Peer("", "", "", "");
    }
}
