package dev.parley.connection;

import dev.parley.protocol.CloseStatus;
import dev.parley.protocol.Outbound;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The wire of somebody who says one thing, and goes with its answer: the first that comes, or why there is none. */
final class AnswerWire implements Wire {
    private static final Set<String> ANSWERS = Set.of("ack", "history", "error");

    private final CompletableFuture<String> answer;

    AnswerWire(CompletableFuture<String> answer) {
        this.answer = answer;
    }

    @Override
    public int batch() {
        return 1;
    }

    @Override
    public void send(List<Outgoing> messages, Completion completion) {
        completion.completed(null); // first: who has the answer ends the connection
        for (Outgoing message : messages) {
            if (ANSWERS.contains(message.cue().type())) {
                answer.complete(message.text());
            }
        }
    }

    @Override
    public void ping(Completion completion) {
        completion.completed(null);
    }

    @Override
    public void close(CloseStatus code) {
        answer.complete(Outbound.Bye.text(code));
    }
}
