/**
 * Rooms: who is in, and one order of messages for all who are.
 *
 * <p>A room follows its log in the backplane and hands every entry to every member's outbox, in log order. Members are an
 * immutable snapshot, swapped under the lock of its room, so that nobody can join a room that is just being dropped.
 *
 * <p>Called by {@code endpoint}. Imports {@code backplane} and {@code connection}.
 */
@NullMarked
package dev.parley.room;

import org.jspecify.annotations.NullMarked;
