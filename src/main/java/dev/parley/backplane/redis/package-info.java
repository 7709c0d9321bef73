/**
 * The log in Redis 7 or Valkey: one script appends, numbers, stores and publishes in one step, so there is one order and no
 * entry without its number.
 *
 * <p>All of it goes for a cluster, too, where the keys of one script must be on one server: those of a room are, and those of
 * presence, of all rooms.
 *
 * <p>Keys of a room, which share a hash tag: {@code …:m} a hash of the top ({@code s}), its message ({@code i}), the epoch
 * ({@code e}) and where former epochs ended ({@code z:…}); {@code …:s} the stream, with {@code seq-0} as id; {@code …:k:…} what
 * a key was stored as. What Redis acknowledges is as durable as its configuration: see the page on scaling.
 */
@NullMarked
package dev.parley.backplane.redis;

import org.jspecify.annotations.NullMarked;
