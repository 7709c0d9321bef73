package dev.parley.handshake;

/** Whether the node takes visitors at all, just now. Asked for each handshake, on the request's thread. */
@FunctionalInterface
public interface Admission {
    /**
     * Returns if a visitor may come in.
     *
     * @throws HandshakeRefused 503, if the node is draining or full
     */
    void check();
}
