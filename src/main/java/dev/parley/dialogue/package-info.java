/**
 * What one client of {@code parley.v1} and this node have to say to each other: who it is, which rooms it is in, what it may do
 * there, and how much of it.
 *
 * <p>A {@code Dialogue} understands every text it is given, and answers everything it is asked exactly once, with what was asked
 * for or an error. Reading and writing rooms is {@code room}'s affair, proving who one is {@code handshake}'s.
 *
 * <p>Called by {@code endpoint} and {@code app}.
 */
@NullMarked
package dev.parley.dialogue;

import org.jspecify.annotations.NullMarked;
