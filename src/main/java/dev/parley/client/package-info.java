/**
 * The Java client of Parley's rooms (subprotocol {@code parley.v1}): one WebSocket, many rooms, resumed after every loss. It is a jar
 * of its own, needs nothing but the JDK, and knows nothing of the server's classes.
 *
 * <p>{@link dev.parley.client.ParleyClient} is where to begin.
 *
 * <p>Threads: no method blocks, and none needs a thread of its own. The protocol runs, one step at a time for each client, on
 * whichever thread brings the step: the transport's, a timer's of the JDK, the caller's. Listeners, credentials and what hangs on
 * returned futures run on the executor of {@link dev.parley.client.ParleyClient.Options}; the listeners of one client one after
 * another, in the order of events. So a listener may block, and holds up nothing but later listeners of its client.
 *
 * <p>Two invariants carry the rest. A room's position moves only with a message that was handed to the listeners, so what is
 * asked for after a loss is exactly what they have not had. And a message is stored only behind the one before it, under a key that
 * stays the same, so a retry neither doubles a message nor lets a later one overtake it.
 */
@NullMarked
package dev.parley.client;

import org.jspecify.annotations.NullMarked;
