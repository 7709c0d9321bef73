package dev.parley.handshake;

/** Where one argument comes from. Immutable, thread-safe. */
@FunctionalInterface
interface Source {
    /**
     * The argument for one visitor.
     *
     * @throws HandshakeRefused if it is missing, malformed or not allowed, or a dependency refuses
     */
    Object bind(Binding binding);

    /** Whether what it binds depends on the scopes that are asked for around it. */
    default boolean usesScopes() {
        return false;
    }
}
