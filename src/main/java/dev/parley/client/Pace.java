package dev.parley.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Lets requests through in turn, no faster than the server allows. Used in steps only. */
final class Pace {
    private static final double MARGIN_NANOS =
            1.1e9; // a second's worth takes a little longer, so that the server need not refuse

    /** Where all that was on its way is refused at once, the next must not wait for a minute. */
    private static final double MOST_SLACK = 16;

    private final Clock clock;
    private final Executor steps;
    private final double spacing;
    private final double atOnce;
    private final Deque<BooleanSupplier> line = new ArrayDeque<>();
    private @Nullable Runnable timer; // ends it
    private double paidUntil;
    private double slack =
            1; // grows with refusals, and shrinks with what is let through: more may be limited than is known here
    private boolean isWorking;

    /** No limits where they are no numbers above 0. */
    Pace(Clock clock, Executor steps, double perSecond, double atOnce) {
        this.clock = clock;
        this.steps = steps;
        this.spacing = perSecond > 0 ? MARGIN_NANOS / perSecond : 0;
        this.atOnce = atOnce > 0 ? atOnce : 1;
        paidUntil = clock.nanos() - spacing * this.atOnce;
    }

    /** Calls what waits, when its turn has come; it says whether it has used it. */
    void inTurn(BooleanSupplier turn) {
        line.add(turn);
        if (timer == null) {
            work();
        }
    }

    /** Lets one through at once, or says that it is too early: for what is better dropped than late. */
    boolean passes() {
        long now = clock.nanos();
        if (paidUntil > now) {
            return false;
        }
        pay(now);
        return true;
    }

    /** Slows down: the server has refused something for so long. */
    void refused(Duration after) {
        if (after.isZero()) {
            return; // it was not too fast
        }
        paidUntil = Math.max(paidUntil, clock.nanos() + (double) after.toNanos());
        slack = Math.min(slack + 1, MOST_SLACK);
    }

    /** Forgets whatever waits. */
    void stop() {
        line.clear();
        if (timer != null) {
            timer.run();
        }
    }

    private void work() {
        if (isWorking) {
            return;
        }
        isWorking = true;
        try {
            while (!line.isEmpty()) {
                long now = clock.nanos();
                if (paidUntil > now) {
                    timer = clock.after(
                            Duration.ofNanos((long) Math.ceil(paidUntil - now)), () -> steps.execute(this::again));
                    break;
                }
                if (line.remove().getAsBoolean()) {
                    pay(now);
                }
            }
        } finally {
            isWorking = false; // whatever a turn throws
        }
    }

    private void pay(long now) {
        paidUntil = Math.max(paidUntil, now - spacing * atOnce) + spacing * slack;
        slack = Math.max(1, slack * 0.9);
    }

    private void again() {
        timer = null;
        work();
    }
}
