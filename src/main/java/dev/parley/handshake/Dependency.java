package dev.parley.handshake;

/**
 * Something that a handshake needs worked out: who is this, may they come in? Usually a record, whose components are what it
 * needs from the request.
 *
 * @param <T> what it gives
 */
@FunctionalInterface
public interface Dependency<T> {
    /**
     * Called once per connection, on the request's thread, before the upgrade. May block, for as long as a request may be held.
     *
     * @throws HandshakeRefused if the visitor may not come in
     */
    T value();
}
