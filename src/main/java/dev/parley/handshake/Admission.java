package dev.parley.handshake;

/** Whether the node takes visitors, just now. Asked for each handshake, on the request's thread. */
@FunctionalInterface
public interface Admission {
    /**
     * Returns if a visitor may come in.
     *
     * @throws HandshakeRefused 503, if the node is draining or full
     */
    void check();

    /**
     * Lets a visitor in from an address, if there is a place for one more.
     *
     * @param address as the server saw it, or a trusted proxy said
     * @return the place, to be given back when the visitor has gone or did not come in after all
     * @throws HandshakeRefused 429, if too many come from there
     */
    default Place admit(String address) {
        return isThrownOut -> {};
    }

    /** Where one visitor is, until it is given back. */
    @FunctionalInterface
    interface Place {
        /**
         * Gives it back. Idempotent.
         *
         * @param isThrownOut whether that is because the visitor has exceeded a limit
         */
        void leave(boolean isThrownOut);
    }
}
