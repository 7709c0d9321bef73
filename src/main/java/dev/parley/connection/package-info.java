/**
 * The single writer per session: {@code Connection}, its {@code Outbox}, and the {@code Wire} below.
 *
 * <p>Invariants, each with its reason:
 *
 * <ul>
 *   <li>One write in flight per session. Two at once fail on Tomcat ({@code TEXT_FULL_WRITING}) and are silently lost on
 *       Open Liberty.
 *   <li>Nothing is queued in the container. Undertow, Tyrus and Jetty queue without a bound.
 *   <li>No application lock is held around a send, and a completion never sends: it only marks, and the loop that is
 *       already running goes on. Sending inside the completion overflows the stack on Undertow and Tyrus.
 *   <li>Whatever may block (closing, pinging) runs on a pool of its own, never on the timer and never on a sender's
 *       thread.
 *   <li>A connection ends once, whoever notices first; the container's close callback is not waited for, because Tomcat,
 *       Payara and Open Liberty may never make it.
 * </ul>
 *
 * <p>What is held, all of it drawn on the node's {@link dev.parley.node.Budget}, and what happens where it is too much:
 *
 * <table>
 *   <caption>Bounds</caption>
 *   <tr><th>held</th><th>for whom</th><th>up to</th><th>what happens then</th></tr>
 *   <tr><td>a message that is not complete</td><td>a peer that sends it</td><td>the longest message</td><td>1009</td></tr>
 *   <tr><td>a message that is being served</td><td>a peer that sent it</td><td>one, three times its size</td>
 *       <td>the next waits in the server</td></tr>
 *   <tr><td>messages that wait, and those in flight</td><td>a peer that is sent them; shared ones count once</td>
 *       <td>{@code outboxMessages} and {@code outboxBytes} beside one write of at most 64 KiB or one message</td>
 *       <td>4001, or older ones of a series are left out</td></tr>
 *   <tr><td>a write under way</td><td>a peer that is sent it</td><td>{@code sendTimeout}</td><td>4001</td></tr>
 *   <tr><td>entries not handed on</td><td>a room</td>
 *       <td>the backlog, or an eighth of the budget; four and two times that where others say them</td>
 *       <td>4004 or {@code overloaded} for who says more; then all are dropped: a {@code gap}, or 1011 for texts</td></tr>
 *   <tr><td>live entries while history is read</td><td>a JSON member</td><td>1,000 entries, 4 Mi characters</td>
 *       <td>a {@code gap}</td></tr>
 *   <tr><td>places in rooms, and rooms</td><td>a connection that is in them</td>
 *       <td>{@code rooms-per-connection}; 512 bytes a place, 3 KiB a room</td><td>{@code too-many}; the budget's rule below</td></tr>
 *   <tr><td>what is said before the session is open</td><td>a text client with a seat</td><td>10 s, 1,000 entries, 2 MiB</td>
 *       <td>4004</td></tr>
 *   <tr><td>all of these together</td><td>the node</td><td>the budget</td>
 *       <td>whoever holds most goes first: a connection with 4004, a room's backlog with a {@code gap}; parts of messages wait
 *       up to 50 ms each</td></tr>
 *   <tr><td>tasks in the pools of {@code Workers}</td><td>the node</td>
 *       <td>one for each connection and each room in each pool</td><td>cannot be</td></tr>
 * </table>
 *
 * <p>Called by {@code room} and {@code endpoint}. Imports {@code protocol} and {@code node} only.
 */
@NullMarked
package dev.parley.connection;

import org.jspecify.annotations.NullMarked;
