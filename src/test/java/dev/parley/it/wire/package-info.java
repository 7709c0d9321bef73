/**
 * A WebSocket client that can do what a polite one cannot: every byte of the handshake and of every frame is the
 * caller's, and nothing that the server sends is interpreted before the test has seen it.
 *
 * <p>Used by the integration tests only. {@link dev.parley.it.wire.RawSocket} is one TCP connection,
 * {@link dev.parley.it.wire.RawWebSocket} one accepted handshake on it, {@link dev.parley.it.wire.Crowd} a thousand of
 * them on one thread. Every wait has an end, and every failure says what was expected, what came and on which
 * connection; an error of the kit is an {@link AssertionError}, since to a test both mean the same.
 */
package dev.parley.it.wire;
