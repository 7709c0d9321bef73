/**
 * What one client of {@code parley.v1} and this node have to say to each other: who it is, which rooms it is in, what it may do
 * there, and how much of it.
 *
 * <p>A {@code Dialogue} understands every text it is given, and answers everything it is asked exactly once, with what was asked
 * for or an error. Reading and writing rooms is {@code room}'s affair, proving who one is {@code handshake}'s.
 *
 * <p>{@code Policies} say who may do what; they may block, so they have threads of their own, and what a client says meanwhile
 * waits in its {@code Line}. What can be answered without a policy is answered on the caller's thread.
 *
 * <p>Called by {@code endpoint}, {@code api} and {@code app}.
 */
@NullMarked
package dev.parley.dialogue;

import org.jspecify.annotations.NullMarked;
