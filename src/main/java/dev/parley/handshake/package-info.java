/**
 * Who is this, and what did they bring? Decided before the upgrade.
 *
 * <p>The {@code Gate}, a servlet filter, matches the request target against the endpoints' own templates, applies draining,
 * limits and the Origin rule, and binds the endpoint's declared parameters. A refusal is an HTTP status, never a 101 that is
 * followed by a close. What was bound travels as one immutable {@code Handshake} through a thread-local to
 * {@code HandshakeConfigurator} and from there, through the user properties of that one connection, to {@code @OnOpen}.
 * Nothing else carries identity.
 *
 * <p>Called by {@code endpoint} and {@code app}. Imports nothing of the packages left of it.
 */
@NullMarked
package dev.parley.handshake;

import org.jspecify.annotations.NullMarked;
