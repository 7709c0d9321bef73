package dev.parley.dialogue;

import dev.parley.connection.Connection;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.protocol.CloseCode;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps what one client says in its order while a policy is asked about one message of it: what comes meanwhile waits, at most 64
 * messages and 256 Ki characters, counted in the budget. No thread waits.
 *
 * <p>One thread at a time acts on messages: the container's while the line is free, else whichever brings the answer.
 */
final class Line {
    private static final int MAX_WAITING = 64;
    private static final long MAX_COST = 256 * 1024;
    private static final String AWAITED = "policy";

    private final Connection connection;
    private final Budget budget;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0); // guarded by itself, as all below
    private long cost;
    private int questions; // so far; tells whether a message has asked another one
    private boolean isEnded;
    private volatile boolean isFree = true;

    private record Waiting(Runnable message, long cost) {}

    Line(Connection connection, Budget budget) {
        this.connection = connection;
        this.budget = budget;
        connection.gathers(this::held);
    }

    /** Whether the container's thread may act on a message at once. */
    boolean isFree() {
        return isFree;
    }

    /** Acts on a message when it is its turn; false if too much waits. Called by the container's thread. */
    boolean take(int characters, Runnable message) {
        long size = Budget.costOf(characters);
        boolean isItsTurn;
        synchronized (waiting) {
            isItsTurn = isFree;
            if (!isItsTurn && !isEnded) {
                if (waiting.size() == MAX_WAITING || (cost > 0 && cost + size > MAX_COST)) {
                    return false;
                }
                waiting.add(new Waiting(message, size));
                cost += size;
                budget.hold(Budget.Use.INCOMING, size);
            }
        }
        if (isItsTurn) {
            message.run();
        } else {
            connection.answered(AWAITED); // it is slow: the container's thread waits for the first message alone
        }
        return true;
    }

    /**
     * Goes on when the answer is there, at once if it is. To be called last by whoever acts on a message.
     *
     * @param characters how long the message is that is acted on
     */
    void await(CompletableFuture<?> answer, int characters, Runnable then) {
        if (answer.isDone()) {
            then.run();
            return;
        }
        int question;
        synchronized (waiting) {
            isFree = false;
            question = ++questions;
        }
        long size = Budget.costOf(characters);
        budget.hold(Budget.Use.INCOMING, size);
        connection.expectAnswer(AWAITED);
        CompletableFuture<?> unused = answer.whenComplete((found, failure) -> {
            budget.release(Budget.Use.INCOMING, size);
            goOn(question, then);
        });
    }

    private void goOn(int question, Runnable then) {
        Runnable next = then;
        while (next != null) {
            try {
                next.run();
            } catch (Throwable fault) {
                Threads.report(connection + " is closed", fault);
                connection.close(CloseCode.INTERNAL_ERROR);
            }
            synchronized (waiting) {
                if (questions != question) {
                    return; // it has asked something else, and goes on elsewhere
                }
                Waiting first = waiting.poll();
                isFree = first == null;
                next = first == null ? null : first.message();
                release(first == null ? 0 : first.cost());
            }
        }
        connection.answered(AWAITED);
    }

    private void release(long size) {
        cost -= size;
        budget.release(Budget.Use.INCOMING, size);
    }

    private long held() {
        synchronized (waiting) {
            return cost;
        }
    }

    /** What waits is forgotten, and what comes as long as a question is open. */
    void end() {
        synchronized (waiting) {
            isEnded = true;
            waiting.clear();
            release(cost);
        }
    }
}
