package dev.parley.library;

import dev.parley.Options;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ParleyListener;
import dev.parley.Publication;
import dev.parley.Published;
import dev.parley.Room;
import dev.parley.RoomPolicy;
import dev.parley.Status;
import dev.parley.User;
import dev.parley.api.Cluster;
import dev.parley.api.Users;
import dev.parley.backplane.Appended;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Draft;
import dev.parley.backplane.RoomId;
import dev.parley.node.Threads;
import dev.parley.node.Tracing;
import dev.parley.room.Rooms;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@link Parley} on this node. Thread-safe. */
public final class LocalParley implements Parley, Options, AutoCloseable {
    private static final int MAX_ROOMS = 100;
    private static final int ANSWERERS = 2;
    private static final int LISTENERS = 8;
    private static final int IDLE_SECONDS = 30;

    /** What there is once the node has started. */
    private record Node(Backplane backplane, Rooms rooms, Cluster cluster, Users users, long maxBytes) {}

    private volatile @Nullable Supplier<Status> status;
    private final CompletableFuture<Node> node = new CompletableFuture<>();
    private final boolean hasTransactions = hasTransactions();
    private final ThreadPoolExecutor answers = pool("answer", ANSWERERS); // as many tasks as there are questions
    private final ThreadPoolExecutor listeners = pool("listener", LISTENERS); // one task a subscription, at most

    private final List<Consumer<Options>> early = new ArrayList<>(); // what was added before the start; guarded by this
    private @Nullable Options extended; // guarded by this

    private LocalParley() {}

    /**
     * The one of an application, made if need be: before the node has started it can be had, too, and then does everything as soon
     * as that has. An application's listeners may be called before ours.
     */
    public static LocalParley of(ServletContext context) {
        if (context.getAttribute(Parley.class.getName()) instanceof LocalParley known) {
            return known;
        }
        LocalParley made = new LocalParley();
        context.setAttribute(Parley.class.getName(), made);
        return made;
    }

    /**
     * The node has started.
     *
     * @param maxBytes how long what is published may be, in bytes of UTF-8
     */
    public void started(Backplane backplane, Rooms rooms, Cluster cluster, Users users, long maxBytes) {
        node.complete(new Node(backplane, rooms, cluster, users, maxBytes));
    }

    /**
     * Who takes what the application adds: at once what it has added already.
     *
     * @throws IllegalArgumentException as the options
     */
    public synchronized void extend(Options options) {
        extended = options;
        early.forEach(adding -> adding.accept(options));
        early.clear();
    }

    @Override
    public Options policy(RoomPolicy policy) {
        return added(options -> options.policy(policy));
    }

    @Override
    public Options listener(ParleyListener<?> listener) {
        return added(options -> options.listener(listener));
    }

    private synchronized Options added(Consumer<Options> adding) {
        if (extended == null) {
            early.add(adding);
        } else {
            adding.accept(extended);
        }
        return this;
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                ServerContext.around(Threads.factory(name)));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public Room room(String name) {
        return new LocalRoom(this, named(name));
    }

    private static RoomId named(String room) {
        return RoomId.parse(room).orElseThrow(() -> new IllegalArgumentException("not a room name"));
    }

    @Override
    public CompletionStage<Map<String, Published>> publish(Collection<String> names, Publication publication) {
        Map<RoomId, Draft> drafts = new LinkedHashMap<>();
        Draft draft = LocalRoom.draft(publication);
        for (String name : names) {
            drafts.put(named(name), draft);
        }
        if (drafts.isEmpty() || drafts.size() > MAX_ROOMS) {
            throw new IllegalArgumentException("rooms are 1 to " + MAX_ROOMS + ", not " + drafts.size());
        }
        Tracing.Origin origin = Tracing.here().origin(header -> null);
        return answer(
                node.thenCompose(started -> {
                    requireShort(draft, started);
                    return started.backplane().publish(drafts, origin);
                }),
                stored -> {
                    Map<String, Published> published = new HashMap<>();
                    stored.forEach((room, appended) -> published.put(room.name(), LocalRoom.published(appended)));
                    return published;
                });
    }

    private static void requireShort(Draft draft, Node started) {
        if (draft.bytes() > started.maxBytes()) {
            throw new ParleyException(
                    ParleyException.Code.REFUSED,
                    "a message is at most " + started.maxBytes() + " bytes long, this one " + draft.bytes(),
                    null);
        }
    }

    @Override
    public User user(String name) {
        return new LocalUser(
                this,
                name,
                RoomId.inbox(name)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "a user's name is a text of 1 to " + RoomId.MAX_USER_LENGTH + " characters")));
    }

    /** Says how to find out how the node is doing. */
    public LocalParley toldBy(Supplier<Status> known) {
        status = known;
        return this;
    }

    @Override
    public Status status() {
        Supplier<Status> known = status;
        if (known == null) {
            throw new IllegalStateException("Parley has not started");
        }
        return known.get();
    }

    /** Has something done on all nodes, once this one has started. */
    CompletionStage<Void> onAllNodes(Consumer<Cluster> what) {
        return node.thenAccept(started -> what.accept(started.cluster()));
    }

    /** Has something done in the rooms of this node, once it has started. */
    CompletionStage<Void> inRooms(Consumer<Rooms> what) {
        return node.thenAccept(started -> what.accept(started.rooms()));
    }

    /** Asks the engine, once the node has started. */
    <T, R> CompletionStage<R> ask(Function<Backplane, CompletionStage<T>> question, Function<T, R> then) {
        return answer(node.thenCompose(started -> question.apply(started.backplane())), then);
    }

    /** Asks all nodes, once this one has started. */
    <T, R> CompletionStage<R> askNodes(Function<Users, CompletionStage<T>> question, Function<T, R> then) {
        return answer(node.thenCompose(started -> question.apply(started.users())), then);
    }

    CompletionStage<Appended> append(RoomId room, Draft draft) {
        Tracing.Origin origin = Tracing.here().origin(header -> null); // of the caller's thread
        return node.thenCompose(started -> {
            if (room.isInbox() && !started.users().hasInboxes()) {
                throw new ParleyException(
                        ParleyException.Code.REFUSED, "users have no inboxes here: parley.inboxes is false", null);
            }
            requireShort(draft, started);
            return started.backplane().publish(room, draft, null, origin);
        });
    }

    /** Does something with the engine, once the node has started. */
    void use(Consumer<Backplane> what) {
        CompletionStage<?> unused = node.thenAccept(started -> what.accept(started.backplane()));
    }

    /** Has it done when the caller's transaction has committed; false if there is none. */
    boolean afterCommit(Runnable task) {
        return hasTransactions && AfterCommit.run(task); // whose class is not loaded where the server has no such
    }

    private static boolean hasTransactions() {
        try {
            Class.forName("jakarta.transaction.Synchronization", false, LocalParley.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException none) {
            return false;
        }
    }

    Executor listeners() {
        return listeners;
    }

    /** What the engine says, on a thread of ours, and in words of the public API. */
    <T, R> CompletionStage<R> answer(CompletionStage<T> question, Function<T, R> then) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        question.whenComplete((told, failure) -> {
            Runnable completion = () -> {
                try {
                    if (failure == null) {
                        answer.complete(then.apply(told));
                    } else {
                        answer.completeExceptionally(failure(failure));
                    }
                } catch (Throwable fault) { // whoever waits is to know
                    answer.completeExceptionally(fault);
                }
            };
            try {
                answers.execute(completion);
            } catch (RejectedExecutionException stopped) {
                answer.completeExceptionally(
                        new ParleyException(ParleyException.Code.STOPPED, "the application is stopping", stopped));
            }
        });
        return answer;
    }

    private static Throwable failure(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof BackplaneException
                ? new ParleyException(ParleyException.Code.UNAVAILABLE, "the engine is away, or does not answer", cause)
                : cause;
    }

    @Override
    public void close() {
        node.completeExceptionally(
                new ParleyException(ParleyException.Code.STOPPED, "Parley has stopped, or could not start", null));
        answers.shutdown();
        listeners.shutdownNow();
    }
}
