package dev.parley.api;

import dev.parley.Action;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.backplane.Backplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Dialogues;
import dev.parley.dialogue.Limits;
import dev.parley.dialogue.Policies;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Decisions;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.handshake.TrustedProxies;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiPredicate;

/** The parts of a node that operators have to do with, over a backplane that other nodes may share. */
public final class Node implements AutoCloseable {
    static final int MAX_BODY_BYTES = 1_000;

    /** A token that nobody can check just now. */
    static final String UNCHECKED = "unchecked";

    final Workers workers = new Workers();
    public final ConnectionManager connections = new ConnectionManager(
            new ConnectionManager.Limits(10, 10, 10_000, Duration.ofSeconds(10), Duration.ofSeconds(20)),
            workers,
            null,
            new Budget(Long.MAX_VALUE),
            System::nanoTime);
    final AdmissionControl admission =
            new AdmissionControl(Integer.MAX_VALUE, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
    final Audit audit;
    public final Cluster cluster;
    public final ClusterQuery query;
    public final Users users;
    public final Views views;
    final Dialogues dialogues;

    /** Rooms that nobody may be in. */
    final Set<String> closed = ConcurrentHashMap.newKeySet();

    volatile BiPredicate<dev.parley.Caller, Action> may = (caller, action) -> true;

    private final Policies policies = Policies.of(
            List.of(new RoomPolicy() {
                @Override
                public boolean allows(dev.parley.Caller caller, Action action, RoomName room) {
                    return !closed.contains(room.name()) && may.test(caller, action);
                }

                @Override
                public dev.parley.Verdict accept(dev.parley.Caller caller, RoomName room, Json data) {
                    return switch (data.raw()) {
                        case "\"damn\"" -> dev.parley.Verdict.reject("rude", "mind your words, " + caller.name());
                        case "\"change\"" -> dev.parley.Verdict.change(Json.raw("\"changed\""));
                        case "\"fail\"" -> throw new IllegalStateException("the database is away");
                        default -> dev.parley.Verdict.accept();
                    };
                }
            }),
            null,
            Duration.ZERO,
            Threads.factory("policy"),
            workers);
    final Operations operations;
    final ApiServlet servlet;

    public Node(String name, Backplane backplane) {
        this(name, backplane, Runnable::run);
    }

    /** Whose words from others are acted on by {@code worker}. */
    Node(String name, Backplane backplane, Executor worker) {
        Rooms rooms =
                new Rooms(backplane, workers, 10, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), MAX_BODY_BYTES);
        audit = new Audit(name, new Budget(Long.MAX_VALUE));
        cluster = new Cluster(
                name,
                backplane.control(),
                connections,
                rooms,
                admission,
                new Blocks(InstantSource.system()),
                Duration.ofMillis(100),
                worker);
        dialogues = new Dialogues(rooms, null, policies, Limits.DEFAULT, Duration.ofSeconds(20), workers);
        cluster.serve(dialogues);
        views = new Views(
                connections,
                rooms,
                new Decisions(),
                cluster,
                audit,
                new RoomRates(rooms, System::nanoTime),
                List::of,
                List.of(Map.of("setting", "parley.x", "value", "(secret)")),
                () -> Map.of("node", name));
        query = new ClusterQuery(cluster, workers, views::rows);
        RoomOperations ofRooms = new RoomOperations(backplane, rooms, new RoomDetails(backplane), cluster, policies);
        users = new Users(query, true);
        operations = new Operations(cluster, views, query, ofRooms, new UserOperations(users, cluster, ofRooms));
        servlet = new ApiServlet(
                operations,
                new Callers(
                        Node::judged, new Realm(InstantSource.system(), new TrustedProxies(Set.of("192.0.2.0/24")))),
                new CsrfGuard(new OriginRule(Set.of("https://console.example"), false)),
                audit,
                MAX_BODY_BYTES,
                "1");
    }

    /** A token that is good here is a name, a colon and scopes with commas. */
    private static Verdict judged(String token) {
        if (token.equals(UNCHECKED)) {
            return new Verdict.Unavailable("keys are away");
        }
        String[] parts = token.split(":", 2);
        return parts.length < 2
                ? new Verdict.Rejected("no colon")
                : new Verdict.Accepted(
                        new Credential(parts[0], Set.of(parts[1].split(",")), Map.of(), Optional.empty()));
    }

    @Override
    public void close() {
        cluster.close();
        policies.close();
        workers.close();
    }
}
