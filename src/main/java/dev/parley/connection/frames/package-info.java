/**
 * Below the Jakarta API: where each server takes bytes. Every server's own way for a message encodes it once for each session, and
 * most hand it to another thread; what is here takes frames that were encoded once for all, several in a call.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>No class of a server is on the compile class path, and none is found by its name through a loader of ours: it is reached from
 *       the session, by the fields that lead down.
 *   <li>The server writes pings, pongs and closes by itself. Each variant takes the very turn that the server takes for a frame of its
 *       own, and says no while that is taken.
 *   <li>The server's end of the socket is used; what is below TLS is used only where there is none.
 *   <li>Where anything is not as it was when this was written, the specification's methods are used, and nothing else changes.
 * </ul>
 *
 * <p>Called by {@code connection}. Imports nothing of Parley.
 */
@NullMarked
package dev.parley.connection.frames;

import org.jspecify.annotations.NullMarked;
