package dev.parley.api;

import dev.parley.backplane.Backplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Permissions;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Decisions;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.TokenVerifier.Verdict;
import dev.parley.handshake.TrustedProxies;
import dev.parley.node.Budget;
import dev.parley.room.Overflow;
import dev.parley.room.Rooms;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/** The parts of a node that operators have to do with, over a backplane that other nodes may share. */
public final class Node implements AutoCloseable {
    static final int MAX_BODY_BYTES = 1_000;

    /** A token that nobody can check just now. */
    static final String UNCHECKED = "unchecked";

    private final Workers workers = new Workers();
    public final ConnectionManager connections = new ConnectionManager(
            new ConnectionManager.Limits(10, 10, 10_000, Duration.ofSeconds(10), Duration.ofSeconds(20)),
            workers,
            null);
    final AdmissionControl admission = new AdmissionControl(connections::isFull);
    final Audit audit;
    public final Cluster cluster;
    public final ClusterQuery query;
    public final Views views;
    final Operations operations;
    final ApiServlet servlet;
    volatile Permissions permissions = Permissions.EVERYTHING;

    public Node(String name, Backplane backplane) {
        this(name, backplane, Runnable::run);
    }

    /** Whose words from others are acted on by {@code worker}. */
    Node(String name, Backplane backplane, Executor worker) {
        Rooms rooms = new Rooms(backplane, workers, 10, id -> Overflow.CLOSE, Budget.unlimited(), MAX_BODY_BYTES);
        audit = new Audit(name, Budget.unlimited());
        cluster = new Cluster(
                name,
                backplane.control(),
                connections,
                rooms,
                admission,
                new Blocks(InstantSource.system()),
                Duration.ofMillis(100),
                worker);
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
        operations = new Operations(
                cluster,
                views,
                query,
                new RoomOperations(
                        backplane,
                        rooms,
                        new RoomDetails(backplane),
                        cluster,
                        (who, right, room) -> permissions.allow(who, right, room)));
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
        workers.close();
    }
}
