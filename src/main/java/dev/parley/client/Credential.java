package dev.parley.client;

/** What proves who we are, or how to get it. Immutable. */
public final class Credential {
    /** Gets a token. */
    @FunctionalInterface
    public interface Source {
        /**
         * A token that is good now. Called before every connection and before the last token ends, on the executor of the client's
         * options; it may block. What it throws is tried again like a lost connection.
         *
         * @param refresh whether the last one is, or is about to be, too old
         */
        String token(boolean refresh) throws Exception;
    }

    private final String kind;
    private final Source source;
    private final boolean isFixed;

    private Credential(String kind, Source source, boolean isFixed) {
        this.kind = kind;
        this.source = source;
        this.isFixed = isFixed;
    }

    /** A token that stays the same: when it ends, so does the client. */
    public static Credential token(String token) {
        return new Credential("token", refresh -> token, true);
    }

    /** Tokens that are asked for when they are needed. */
    public static Credential tokens(Source source) {
        return new Credential("token", source, false);
    }

    /** Just a name, for a server in demo mode, which believes everybody. */
    public static Credential user(String name) {
        return new Credential("user", refresh -> name, true);
    }

    /** Nothing: the handshake proves it, by a cookie of the transport's; or a guest, where the server takes guests. */
    public static Credential none() {
        return new Credential("", refresh -> "", true);
    }

    boolean isFixed() {
        return isFixed;
    }

    /** The type of frame with the proof in it. */
    Frame.Writer proof(String type, boolean refresh) throws Exception {
        Frame.Writer frame = new Frame.Writer(type);
        return kind.isEmpty() ? frame : frame.with(kind, source.token(refresh));
    }

    /** Says nothing of what it is. */
    @Override
    public String toString() {
        return "a credential";
    }
}
