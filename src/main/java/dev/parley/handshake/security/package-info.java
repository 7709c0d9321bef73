/**
 * Who says so, and is it true? Ready-made dependencies for the ways in which credentials are sent, and what becomes of a credential
 * while a connection lasts.
 *
 * <p>A missing credential is 401 with {@code WWW-Authenticate}, a wrong one 403. Credentials travel as {@link
 * dev.parley.handshake.security.Secret}, which prints nothing. Called by endpoints' records and by {@code app}.
 */
@NullMarked
package dev.parley.handshake.security;

import org.jspecify.annotations.NullMarked;
