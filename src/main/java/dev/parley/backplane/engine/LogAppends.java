package dev.parley.backplane.engine;

import dev.parley.backplane.Appended;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Witness;
import dev.parley.node.Budget;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What this node adds to logs: one draft by way of the writer, or several together; a witness is told what is stored. Thread-safe. */
final class LogAppends {
    private final Writer writer;
    private final Reader reader;
    private final QueryWorkers workers;
    private final Keeping keeping;
    private final Budget budget;
    private final BooleanSupplier closed;
    private volatile @Nullable Witness witness;

    LogAppends(
            Writer writer,
            Reader reader,
            QueryWorkers workers,
            Keeping keeping,
            Budget budget,
            BooleanSupplier closed) {
        this.writer = writer;
        this.reader = reader;
        this.workers = workers;
        this.keeping = keeping;
        this.budget = budget;
        this.closed = closed;
    }

    void witnessedBy(Witness told) {
        witness = told;
    }

    CompletionStage<Appended> append(RoomId room, Draft draft, @Nullable String after) {
        CompletionStage<Appended> answer = writer.append(room, draft, after);
        answer.whenComplete((appended, failure) -> {
            keeping.touched(room); // once it is there, or is not: who looks before would find nothing to delete
            if (appended != null) {
                tell(room, draft, appended);
            }
        });
        return answer;
    }

    /** Not by way of the writer, whose batches are cut anywhere. */
    CompletionStage<Map<RoomId, Appended>> append(Map<RoomId, Draft> drafts) {
        List<Link.Proposal> proposals = drafts.entrySet().stream()
                .map(each -> new Link.Proposal(each.getKey(), each.getValue(), writer.newId(), null))
                .toList();
        long bytes = drafts.values().stream().mapToLong(Draft::bytes).sum();
        if (closed.getAsBoolean() || budget.isShort()) {
            return CompletableFuture.failedStage(new BackplaneException(
                    closed.getAsBoolean() ? "the backplane is closed" : "too much waits for the engine"));
        }
        budget.hold(Budget.Use.ENGINE, Budget.costOf(bytes));
        return workers.ask(QueryWorkers.Lane.TOGETHER, link -> link.log().appendTogether(proposals))
                .whenComplete((stored, failure) -> {
                    budget.release(Budget.Use.ENGINE, Budget.costOf(bytes));
                    drafts.keySet().forEach(keeping::touched);
                })
                .thenApply(stored -> {
                    Map<RoomId, Appended> all = new HashMap<>();
                    for (int i = 0; i < proposals.size(); i++) {
                        Link.Proposal proposal = proposals.get(i);
                        Position position = stored.get(i);
                        reader.promise(proposal.room(), position);
                        Appended appended =
                                new Appended(position, !position.message().equals(proposal.message()));
                        all.put(proposal.room(), appended);
                        tell(proposal.room(), proposal.draft(), appended);
                    }
                    return all;
                });
    }

    private void tell(RoomId room, Draft draft, Appended appended) {
        Witness told = witness;
        if (told != null && draft.kind() != Draft.Kind.LEFT && !appended.duplicate() && told.seesMessages(room)) {
            told.stored(room, appended.position(), draft);
        }
    }
}
