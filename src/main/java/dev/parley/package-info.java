/**
 * Parley: real-time messaging for any Jakarta EE server.
 *
 * <p>What an application uses is in this package: {@link dev.parley.RoomPolicy} and what belongs to it. These are values, which
 * every package above {@code protocol} may use.
 *
 * <p>The map of the system, in the order in which a message travels:
 *
 * <pre>
 * handshake → session → dialogue → room → backplane → room → connection (outbox) → wire
 * </pre>
 *
 * <ul>
 *   <li>{@code handshake} decides, before the upgrade, who a visitor is and what was brought along;
 *   <li>{@code session} adapts the container's callbacks, nothing else;
 *   <li>{@code dialogue} is what a client of the rooms and this node have to say to each other;
 *   <li>{@code room} gives all members of a room one order of messages;
 *   <li>{@code events} tells the application and webhooks what happens;
 *   <li>{@code backplane} is the log behind a room, the only thing that several nodes share;
 *   <li>{@code connection} owns what a session is sent: one bounded outbox, one write in flight;
 *   <li>{@code protocol} holds the words of the wire, {@code metrics} the figures, {@code api} what
 *       programs ask over plain HTTP, {@code admin} the operators' console;
 *   <li>{@code endpoint} is what an application's own endpoints extend, and {@code guide} is such an application;
 *   <li>{@code library} is what applications see of all this: the interfaces in this package, over the parts below;
 *   <li>{@code node} is what all parts of a node share: its budget of memory, its threads and its spans;
 *   <li>{@code app} wires all of it, in one place, by hand;
 *   <li>{@code launch} starts the WAR by itself and knows nothing of the rest;
 *   <li>{@code client} is the Java client, a jar of its own that knows nothing of the rest either.
 * </ul>
 *
 * <p>A package may import those that come after it on the data path, never those before it:
 * {@code app → guide → admin, library → api → endpoint → session → dialogue → handshake → room, events → backplane, connection → protocol
 * → node}.
 */
@NullMarked
package dev.parley;

import org.jspecify.annotations.NullMarked;
