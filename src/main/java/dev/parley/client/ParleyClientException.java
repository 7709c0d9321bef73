package dev.parley.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why something was not done. {@link #code()} is the server's, or one of ours:
 *
 * <ul>
 *   <li>{@code closed}: the connection was closed for good
 *   <li>{@code disconnected}: the connection was lost before there was an answer
 *   <li>{@code no-credential}: the credential for the next connection could not be had
 *   <li>{@code left}: the room was left meanwhile
 *   <li>{@code too-big}: the frame would be longer than the server takes, and was not sent
 *   <li>{@code removed}, {@code forbidden}: this user was taken out of the room
 *   <li>{@code overloaded}: too many messages wait for this room
 *   <li>{@code uncertain}: the message was sent, the connection was lost, and it was too late to try again under the same key; it may
 *       have been stored
 * </ul>
 */
public final class ParleyClientException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;
    private final boolean mayRetry;
    private final @Nullable Duration after;
    private final @Nullable String reason;

    ParleyClientException(
            String code, String message, boolean mayRetry, @Nullable Duration after, @Nullable String reason) {
        super(message);
        this.code = code;
        this.mayRetry = mayRetry;
        this.after = after;
        this.reason = reason;
    }

    /** Of ours, and final. */
    ParleyClientException(String code, String message) {
        this(code, message, false, null, null);
    }

    public String code() {
        return code;
    }

    /** Whether trying again can help. Requests of a room do so themselves. */
    public boolean mayRetry() {
        return mayRetry;
    }

    /** How long to wait before that, at least; empty where it is not known. */
    public Optional<Duration> after() {
        return Optional.ofNullable(after);
    }

    /** Of a message that was {@code rejected}: why, as the policy calls it; the message is its sentence for the user. */
    public Optional<String> reason() {
        return Optional.ofNullable(reason);
    }
}
