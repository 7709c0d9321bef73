package dev.parley.backplane;

import dev.parley.protocol.Utf8;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What is to be appended to a log.
 *
 * @param key the same key again within {@link Backplane#KEY_MEMORY} is not stored twice in that room
 * @param author who says it
 * @param kind what it is
 * @param text what is said; its shape depends on {@code kind}, and the backplane does not look inside
 * @param trace the W3C Trace Context of its publishing, for all nodes and no client; empty if nobody records it
 */
public record Draft(String key, Author author, Kind kind, String text, String trace) {
    private static final Pattern OWN_KEY = Pattern.compile("[\\x21-\\x7e]{1,100}");

    /** One that nobody traces. */
    public Draft(String key, Author author, Kind kind, String text) {
        this(key, author, kind, text, "");
    }

    Draft tracedAs(String context) {
        return new Draft(key, author, kind, text, context);
    }

    /** How long the text is in UTF-8: the payload, as bounds count it. */
    public long bytes() {
        return Utf8.length(text);
    }

    /**
     * Who says something.
     *
     * @param user the name that others see
     * @param connection the id of the connection that it came over
     */
    public record Author(String user, String connection) {}

    /** Where an author comes from: the same name in two of them is two authors. */
    public enum Origin {
        /** Whom the server has authenticated, on a socket or over HTTP. */
        LOGIN,
        /** Whom a token names, on a socket or over HTTP. */
        TOKEN,
        /** Somebody on a socket who says who it is. */
        VISITOR,
        /** A text client, named by its connection. */
        TEXT,
        /** A connection that has ended. */
        FAREWELL,
        /** An application, within its transaction in the engine's database. */
        DATABASE,
        /** The application that this node runs in. */
        APPLICATION,
        /** That something was erased, by whomever. */
        ERASURE
    }

    /** Whether somebody over HTTP or SQL may call a draft so: {@code own} in {@link #key}. */
    public static boolean isOwnKey(String text) {
        return OWN_KEY.matcher(text).matches();
    }

    /** The key of what an author calls {@code own}. No two of origin, author and own name make the same one. */
    public static String key(Origin origin, String author, String own) {
        return origin.name().toLowerCase(Locale.ROOT) + ':' + author.length() + ':' + author + ':' + own;
    }

    /** The kinds of entries in a log. */
    public enum Kind {
        /** Somebody said something: a text. */
        MESSAGE,
        /** Somebody said something: a JSON value, as it was written. */
        JSON,
        /** Somebody left; there is no text. It stands in the log, so that everybody reads it after that member's last message. */
        LEFT,
        /** Something was erased: what stood here, of which nothing is left, or what the text says; see {@link Erasure}. */
        ERASED
    }
}
