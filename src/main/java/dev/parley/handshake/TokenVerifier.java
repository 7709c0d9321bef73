package dev.parley.handshake;

/**
 * Says whose a token is. One for an application, asked in the handshake and again whenever a connection renews its credential.
 * Implementations are thread-safe. They may block for a moment, with few threads at once: callers are the server's threads.
 */
@FunctionalInterface
public interface TokenVerifier {
    /**
     * Checks a token. Whatever a visitor sent is answered with a verdict; an exception is a fault of ours.
     *
     * @param token as the visitor sent it
     */
    Verdict verify(String token);

    /** What became of a token. */
    sealed interface Verdict {
        /** It is good, and this is whose it is. */
        record Accepted(Credential credential) implements Verdict {}

        /**
         * It is not good.
         *
         * @param why for the log; never anything that the visitor sent
         */
        record Rejected(String why) implements Verdict {}

        /**
         * Nobody can say just now; it may be good, so whoever brought it should come again.
         *
         * @param why for the log; never anything that the visitor sent
         */
        record Unavailable(String why) implements Verdict {}
    }
}
