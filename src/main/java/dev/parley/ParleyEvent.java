package dev.parley;

import java.time.Instant;

/**
 * Something that happened. With CDI an asynchronous observer is told, {@code void joined(@ObservesAsync @InRoom("order-{id}") MemberJoined
 * event)}; without, a {@link ParleyListener}.
 *
 * <p>What happens in rooms is told once in the whole cluster, on the node through which it happened; so every node must run the same
 * observers. What happens to a connection is told on its node. Everything is told at most once: what is under way when a node dies, what
 * happens while the engine does not answer, and what an observer is too slow for, may be missing. Who must know for certain asks
 * {@link Room#members} or reads {@link Room#history}.
 *
 * <p><b>Threads.</b> Every observer has one thread of Parley's, never one of the server's, and is told of one event at a time, in order. It
 * may block: it then holds up nobody else. Of what waits for it, 1,000 events are kept; what comes then is dropped, counted and logged.
 */
public sealed interface ParleyEvent permits RoomEvent, ConnectionOpened, ConnectionClosed {
    /** When this node was told of it, by its clock. */
    Instant at();
}
