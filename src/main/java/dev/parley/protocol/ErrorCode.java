package dev.parley.protocol;

import java.util.Locale;

/** Why something that a client asked for was not done. The connection stays. Immutable. */
public enum ErrorCode {
    BAD_MESSAGE(false, "the message cannot be understood"),
    UNKNOWN_TYPE(false, "no such type"),
    ALREADY_CONNECTED(false, "a connection says who it is once; refresh renews the credential"),
    BAD_CREDENTIAL(false, "the credential is not good, or somebody else's"),
    BAD_ROOM(false, "not a room name"),
    FORBIDDEN(false, "not allowed here"),
    REJECTED(false, "a policy does not take the message"),
    NOT_JOINED(false, "join the room first"),
    TOO_MANY_ROOMS(false, "too many rooms on one connection"),
    TOO_BIG(false, "too long, as others would be sent it"),
    OUT_OF_ORDER(true, "the message before it is not stored; send that one first, and this one again"),
    RATE_LIMITED(true, "too fast"),
    OVERLOADED(true, "the room is behind; try again"),
    BACKPLANE_UNAVAILABLE(true, "the log cannot be reached; try again");

    private final boolean retry;
    private final String sentence;

    ErrorCode(boolean retry, String sentence) {
        this.retry = retry;
        this.sentence = sentence;
    }

    /** The word on the wire. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the same may work later. */
    public boolean mayRetry() {
        return retry;
    }

    /** For whoever writes the client; fixed, never anything that came from a peer. */
    public String sentence() {
        return sentence;
    }
}
