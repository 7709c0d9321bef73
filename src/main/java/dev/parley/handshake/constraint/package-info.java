/**
 * What a value may be, in the words of Jakarta Validation: a number of bounds, nothing of its machinery. The annotations stand on
 * record components and constructor parameters, for handshakes and for messages alike.
 *
 * <p>Own ones, because a provider weighs more than all of Parley and full servers bring another one. Called by
 * {@code handshake} and by whoever validates records. Imports nothing.
 */
@NullMarked
package dev.parley.handshake.constraint;

import org.jspecify.annotations.NullMarked;
