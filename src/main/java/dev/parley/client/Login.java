package dev.parley.client;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a client proves who it is, on each connection and again before the proof expires. Used in steps only. */
final class Login {
    private static final double REFRESH_BEFORE_SECONDS = 30;
    private static final double SOONEST_REFRESH_SECONDS = 5;
    private static final double LONGEST_REFRESH_SECONDS = 1e9;

    private final Credential credential;
    private final Executor steps;
    private final Executor executor;
    private boolean isExpired;

    Login(Credential credential, Executor steps, Executor executor) {
        this.credential = credential;
        this.steps = steps;
        this.executor = executor;
    }

    /** Says that the server took the last proof, or that it takes it no more. */
    void expired(boolean isSo) {
        isExpired = isSo;
    }

    /** Whether the credential has expired and there is no other: a cookie may have been renewed, so that is tried once. */
    boolean isStale() {
        return isExpired && credential.isFixed();
    }

    void connect(Consumer<Frame.Writer> take, Consumer<Throwable> fail) {
        prove("connect", isExpired, take, fail);
    }

    void refresh(Consumer<Frame.Writer> take, Consumer<Throwable> fail) {
        prove("refresh", true, take, fail);
    }

    /** Asks for the proof where it may block, and goes on in a step. */
    private void prove(String type, boolean refresh, Consumer<Frame.Writer> take, Consumer<Throwable> fail) {
        Runnable asking = () -> {
            try {
                Frame.Writer proof = credential.proof(type, refresh);
                steps.execute(() -> take.accept(proof));
            } catch (Throwable failure) { // of somebody else's code
                steps.execute(() -> fail.accept(failure));
            }
        };
        try {
            (credential.isFixed() ? steps : executor).execute(asking);
        } catch (Throwable noThread) { // or no place for it
            fail.accept(noThread);
        }
    }

    /** When to prove it anew; null for never. How long a proof lives is the server's word: the clocks may differ. */
    @Nullable
    Duration refreshAfter(double lifeSeconds) {
        if (credential.isFixed() || !(lifeSeconds > 0 && lifeSeconds < LONGEST_REFRESH_SECONDS)) {
            return null;
        }
        double wait =
                Math.max(Math.max(lifeSeconds - REFRESH_BEFORE_SECONDS, lifeSeconds / 2), SOONEST_REFRESH_SECONDS);
        return Duration.ofMillis((long) (wait * 1_000));
    }
}
