/**
 * A log per room, shared by all nodes: the contract. Each variant lives in a subpackage named after its engine.
 *
 * <p>Not publish/subscribe with history bolted on: the engine assigns the position in the same atomic step that stores the
 * message, and every node, the sender's included, delivers by following the log. So there is one order everywhere, an
 * acknowledgement means "stored", and resuming reads the same log.
 *
 * <p>Called by {@code room} only. Imports nothing of Parley but {@code node}.
 */
@NullMarked
package dev.parley.backplane;

import org.jspecify.annotations.NullMarked;
