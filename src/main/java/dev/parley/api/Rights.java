package dev.parley.api;

import dev.parley.Action;
import dev.parley.Verdict;
import dev.parley.api.Operation.Ask;
import dev.parley.api.Operation.Reply;
import dev.parley.backplane.RoomId;
import dev.parley.dialogue.Policies;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.protocol.Json;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the policies say to a request, waited for on its thread. */
record Rights(Policies policies) {
    /** Goes on if the caller has the right in all of the rooms, as a socket of its credential would; a role of the realm has it. */
    Reply allowed(Ask ask, Action action, Collection<RoomId> rooms, Supplier<Reply> work) {
        if (!ask.caller().hasToken()) {
            return work.get();
        }
        return Reply.of(policies.decide(ask.caller().known(), action, rooms), decisions -> {
            if (decisions.containsValue(Decision.DENIED)) {
                return new Reply.Refused(403, "Not allowed", "The rules for this room do not allow it.");
            }
            return decisions.containsValue(Decision.UNKNOWN)
                    ? new Reply.Refused(503, "Unavailable", "The policy does not answer; it may be tried again.")
                    : work.get();
        });
    }

    /** Goes on with what no policy rejects. */
    Reply accepted(Ask ask, Collection<RoomId> rooms, Json data, Function<Map<RoomId, Verdict>, Reply> then) {
        return Reply.of(policies.accept(ask.caller().known(), rooms, data), answers -> {
            Map<RoomId, Verdict> verdicts = new HashMap<>();
            for (RoomId room : rooms) {
                Optional<Verdict> verdict = Objects.requireNonNull(answers.get(room));
                if (verdict.isEmpty()) {
                    return new Reply.Refused(
                            503, "Unavailable", "The policy does not answer; with the same key it may be tried again.");
                }
                if (verdict.get() instanceof Verdict.Rejected rejected) {
                    return new Reply.Rejected(rejected.code(), rejected.sentence());
                }
                verdicts.put(room, verdict.get());
            }
            return then.apply(verdicts);
        });
    }
}
