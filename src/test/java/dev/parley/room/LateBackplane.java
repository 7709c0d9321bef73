package dev.parley.room;

import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Break;
import dev.parley.backplane.ControlBus;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Extent;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Following;
import dev.parley.backplane.Health;
import dev.parley.backplane.Keep;
import dev.parley.backplane.Position;
import dev.parley.backplane.PresenceStore;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.Slice;
import dev.parley.backplane.Witness;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A log on the far side of a network: what it is asked happens later, each follower hears of entries later, in order, and now
 * and then a request fails before or after it was carried out, or a follower is told that some entries cannot be told. Used by
 * one thread.
 */
final class LateBackplane implements Backplane {
    private final Backplane log;
    private final Random random;
    private final List<Runnable> pending = new ArrayList<>();
    private final List<LateFollower> followers = new ArrayList<>();
    private boolean isReliable;

    LateBackplane(Backplane log, Random random) {
        this.log = log;
        this.random = random;
    }

    /** From now on nothing fails or is left out. */
    void becomeReliable() {
        isReliable = true;
    }

    /** Whether anything is on its way. */
    boolean isBusy() {
        return !pending.isEmpty() || followers.stream().anyMatch(late -> !late.queue.isEmpty());
    }

    /** Something that is on its way arrives. */
    void proceed() {
        List<LateFollower> waiting =
                followers.stream().filter(late -> !late.queue.isEmpty()).toList();
        int choice = random.nextInt(pending.size() + waiting.size());
        if (choice < pending.size()) {
            pending.remove(choice).run();
        } else {
            waiting.get(choice - pending.size()).tell();
        }
    }

    private <T> CompletionStage<T> later(Supplier<CompletionStage<T>> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        pending.add(() -> {
            int fate = isReliable ? 99 : random.nextInt(100);
            if (fate < 2) {
                answer.completeExceptionally(new BackplaneException("not carried out"));
                return;
            }
            CompletionStage<T> carriedOut = request.get();
            pending.add(() -> {
                if (fate < 4) {
                    answer.completeExceptionally(new BackplaneException("the answer got lost"));
                } else {
                    carriedOut.whenComplete((result, failure) -> {
                        if (failure == null) {
                            answer.complete(result);
                        } else {
                            answer.completeExceptionally(failure);
                        }
                    });
                }
            });
        });
        return answer;
    }

    @Override
    public CompletionStage<Appended> append(RoomId room, Draft draft, @Nullable String after) {
        return later(() -> log.append(room, draft, after));
    }

    @Override
    public Following follow(RoomId room, Follower follower) {
        LateFollower late = new LateFollower(follower);
        followers.add(late);
        Following following = log.follow(room, late);
        CompletableFuture<Position> from = new CompletableFuture<>();
        pending.add(() -> following.from().thenAccept(from::complete));
        return new Following() {
            @Override
            public CompletionStage<Position> from() {
                return from;
            }

            @Override
            public void close() {
                following.close();
            }
        };
    }

    @Override
    public CompletionStage<Map<RoomId, Appended>> append(Map<RoomId, Draft> drafts) {
        return later(() -> log.append(drafts));
    }

    @Override
    public boolean signal(RoomId room, Signal signal) {
        return log.signal(room, signal);
    }

    @Override
    public CompletionStage<Slice> read(RoomId room, Position after, int limit, long bytes) {
        return later(() -> log.read(room, after, limit, bytes));
    }

    @Override
    public CompletionStage<Slice> readOn(RoomId room, Position after, int limit, long bytes) {
        return later(() -> log.readOn(room, after, limit, bytes));
    }

    @Override
    public void retain(Function<RoomId, Keep> rules) {
        log.retain(rules);
    }

    @Override
    public CompletionStage<Extent> extent(RoomId room) {
        return later(() -> log.extent(room));
    }

    @Override
    public CompletionStage<Slice> readBefore(RoomId room, long seq, int limit, long bytes) {
        return later(() -> log.readBefore(room, seq, limit, bytes));
    }

    @Override
    public CompletionStage<Position> purge(RoomId room) {
        return later(() -> log.purge(room));
    }

    @Override
    public CompletionStage<Boolean> erase(RoomId room, String message) {
        return later(() -> log.erase(room, message));
    }

    @Override
    public CompletionStage<?> keep(String key, String value, Duration life) {
        return log.keep(key, value, life);
    }

    @Override
    public CompletionStage<Optional<String>> take(String key) {
        return log.take(key);
    }

    @Override
    public void witnessedBy(Witness witness) {
        log.witnessedBy(witness);
    }

    @Override
    public PresenceStore presence() {
        return log.presence();
    }

    @Override
    public ControlBus control() {
        return log.control();
    }

    @Override
    public Health health() {
        return log.health();
    }

    @Override
    public void close() {
        log.close();
    }

    private final class LateFollower implements Follower {
        private final Follower follower;
        private final Queue<Entry> queue = new ArrayDeque<>();

        LateFollower(Follower follower) {
            this.follower = follower;
        }

        @Override
        public void appended(Entry entry) {
            queue.add(entry);
        }

        void tell() {
            if (!isReliable && random.nextInt(100) == 0) {
                Position last = queue.remove().position();
                follower.broken(new Break(Break.Reason.TRIMMED, last));
            } else {
                follower.appended(queue.remove());
            }
        }
    }
}
