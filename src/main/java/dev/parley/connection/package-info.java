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
 * <p>Called by {@code room} and {@code endpoint}. Imports {@code protocol} only.
 */
@NullMarked
package dev.parley.connection;

import org.jspecify.annotations.NullMarked;
