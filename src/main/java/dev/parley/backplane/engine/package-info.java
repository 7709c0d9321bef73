/**
 * What all variants over a shared engine have in common: a node's loops, its followers, its presence and its repairs. A
 * variant says how one connection stores, reads and listens ({@link dev.parley.backplane.engine.Engine},
 * {@link dev.parley.backplane.engine.Link}).
 *
 * <pre>
 *  append ──▶ Writer ────────▶ engine ──▶ Listening ──▶ Feed ──▶ followers     what comes next is handed on at once
 *                                └──────▶ Reader ─────▶ Feed                   every doubt is a read of the log
 *  ask ─────▶ QueryWorkers ──▶   │                                             reads of others, members, tickets, words
 *             EnginePresence ◀──▶┤                                             lease, members in and out
 *             WatchedRooms ◀────▶│                                             read once, then told who moves
 *             Intake ◀──────────▶┘                                             what applications leave in the engine
 * </pre>
 *
 * <p>Being told by the engine is only ever a hint: a word that was lost costs time, never a message, because the log is read
 * after every new connection, and every few seconds compared with what the followers have; who is in a watched room is read after
 * every new connection, and every few minutes in which somebody moves. So whatever a loop throws, the
 * connection is given up, and nothing is missed in silence.
 *
 * <p>Eight loops and seven connections a node, whatever the number of rooms: writer, reader, listener, presence, three workers;
 * the eighth loop lets questions expire and cuts connections that are stuck.
 *
 * <table>
 * <caption>What is held, for whom, up to how much, and what happens then</caption>
 * <tr><th>what</th><th>for</th><th>up to</th><th>then</th></tr>
 * <tr><td>drafts to be stored</td><td>whoever spoke</td><td>64 MiB, a quarter of the budget and 20,000; when half of it is
 *     used, a quarter of it for one room</td><td>the next one fails: {@code backplane-unavailable}</td></tr>
 * <tr><td>drafts that wait for an engine that is away</td><td>whoever spoke</td><td>5 s; a farewell 5 minutes</td>
 *     <td>they fail</td></tr>
 * <tr><td>farewells that the engine refuses</td><td>who has left</td><td>50,000, 5 minutes, tried twice a second</td>
 *     <td>they fail</td></tr>
 * <tr><td>a batch that is being stored</td><td>the node</td><td>1 MiB and a draft, 256 drafts</td><td>the next batch</td></tr>
 * <tr><td>what followers are behind</td><td>the node</td><td>4 MiB at once over all rooms, or one entry</td>
 *     <td>read in pieces; {@code lag} says so</td></tr>
 * <tr><td>an entry that is told unread</td><td>the node</td><td>64 KiB (Redis; none in PostgreSQL)</td>
 *     <td>only its room is told, and it is read</td></tr>
 * <tr><td>a read for somebody</td><td>whoever asks</td><td>the bytes that the caller names, or one entry</td>
 *     <td>{@code more}</td></tr>
 * <tr><td>questions</td><td>whoever asks</td><td>20,000, half of them for one room; two of three workers for one room; 5 s</td>
 *     <td>{@link dev.parley.backplane.BackplaneException}</td></tr>
 * <tr><td>what applications have left</td><td>the node</td><td>256 KiB and a message, 500 messages, one batch at a time</td>
 *     <td>it waits in the engine</td></tr>
 * <tr><td>words</td><td>all nodes</td><td>one at a time, 5 s</td><td>it is not said; the log says so</td></tr>
 * <tr><td>who is in watched rooms</td><td>the room's watchers</td><td>about 250 bytes a connection that is in, and what it says</td>
 *     <td>connections are bounded</td></tr>
 * <tr><td>moves that are told while a room is read</td><td>the room's watchers</td><td>what comes in 16 s</td><td>the read fails, and is
 *     tried again</td></tr>
 * <tr><td>members to be moved</td><td>this node's members</td><td>one change for each</td><td>the last one counts</td></tr>
 * </table>
 *
 * <p>Drafts, and reads under way, draw on the node's {@link dev.parley.node.Budget}.
 */
@NullMarked
package dev.parley.backplane.engine;

import org.jspecify.annotations.NullMarked;
