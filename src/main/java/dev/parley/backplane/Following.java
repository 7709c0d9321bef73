package dev.parley.backplane;

import java.util.concurrent.CompletionStage;

/** A follower's hold on a log. */
public interface Following extends Subscription {
    /**
     * Where the follower began: it is told every entry after this position. Completes when the engine has been asked, so
     * later while it is away; fails with {@link BackplaneException} only if the following ends before.
     */
    CompletionStage<Position> from();
}
