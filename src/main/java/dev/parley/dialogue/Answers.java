package dev.parley.dialogue;

import dev.parley.connection.Connection;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Outbound;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The errors that one client is answered with, where it does not get what it asked for. Thread-safe. */
record Answers(Connection connection) {
    /** Until what no policy has answered may be tried again. */
    static final Duration UNDECIDED = Duration.ofSeconds(1);

    /** Whether it is not allowed, and has been answered so. */
    boolean isRefused(@Nullable String id, Decision decision) {
        if (decision == Decision.DENIED) {
            fail(id, ErrorCode.FORBIDDEN, null);
        } else if (decision == Decision.UNKNOWN) {
            undecided(id);
        }
        return decision != Decision.ALLOWED;
    }

    void undecided(@Nullable String id) {
        overloaded(id, "whether it is allowed cannot be told just now; try again");
    }

    void overloaded(@Nullable String id, String sentence) {
        fail(id, ErrorCode.OVERLOADED, UNDECIDED, sentence);
    }

    void reject(@Nullable String id, String reason, String sentence) {
        connection.note("had a message rejected: " + reason);
        connection.send(new Outbound.Rejected(id, reason, sentence).text());
    }

    void fail(@Nullable String id, ErrorCode code, @Nullable Duration after) {
        fail(id, code, after, code.sentence());
    }

    void fail(@Nullable String id, ErrorCode code, @Nullable Duration after, String sentence) {
        connection.note("was answered with the error " + code.word());
        connection.send(new Outbound.Failure(id, code, after, sentence).text());
    }
}
