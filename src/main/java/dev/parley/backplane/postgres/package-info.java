/**
 * The log in PostgreSQL 15 or newer: a row per room is locked while its entries are numbered, so numbers have no hole and are in
 * commit order. What wakes the readers is a {@code NOTIFY} that names the room and nothing else; the table is the truth.
 *
 * <p>The tables are made by numbered scripts, at the first connection, if the user may; otherwise somebody else runs them and
 * grants.
 *
 * <p>An application publishes by rows in {@code parley_outbox}, which it inserts within its own transaction. A node takes what is
 * committed into the logs, so an open transaction holds no row of a room.
 */
@NullMarked
package dev.parley.backplane.postgres;

import org.jspecify.annotations.NullMarked;
