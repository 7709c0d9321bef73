package dev.parley.app;

import dev.parley.admin.ConsoleServlet;
import dev.parley.admin.ConsoleSocket;
import dev.parley.admin.Sampler;
import dev.parley.api.ApiServlet;
import dev.parley.api.Audit;
import dev.parley.api.Blocks;
import dev.parley.api.Callers;
import dev.parley.api.Cluster;
import dev.parley.api.ClusterQuery;
import dev.parley.api.CsrfGuard;
import dev.parley.api.Operations;
import dev.parley.api.Realm;
import dev.parley.api.RoomDetails;
import dev.parley.api.RoomOperations;
import dev.parley.api.RoomRates;
import dev.parley.api.UserOperations;
import dev.parley.api.Users;
import dev.parley.api.Views;
import dev.parley.backplane.Backplane;
import dev.parley.backplane.Health;
import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Tally;
import dev.parley.connection.Workers;
import dev.parley.dialogue.Dialogues;
import dev.parley.dialogue.Policies;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Decisions;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.TokenVerifier;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.room.Rooms;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The parts that operators use, wired: HTTP API and console over what all nodes say to each other. */
final class Operating implements AutoCloseable {
    private static final Duration SHOW = Duration.ofSeconds(1);

    private final Budget budget;
    private final Workers workers;
    private final ConnectionManager connections;
    private final Rooms rooms;
    private final Backplane backplane;
    private final AdmissionControl admission;
    private final Realm realm;
    private final CsrfGuard csrf;
    private final Audit audit;
    private final Cluster cluster;
    private final Sampler sampler;
    private final Map<String, Object> facts;
    private final RoomRates rates;
    private final RoomDetails details;
    private final Views views;
    private final ClusterQuery query;
    private final Users users;
    private final ConsoleSocket socket;

    Operating(
            Budget budget,
            Workers workers,
            ConnectionManager connections,
            Rooms rooms,
            Backplane backplane,
            AdmissionControl admission,
            Realm realm,
            OriginRule origins,
            Duration drainTime,
            Decisions decisions,
            boolean inboxes,
            List<Map<String, Object>> settings,
            Map<String, Object> facts) {
        String node = nodeName();
        this.budget = budget;
        this.workers = workers;
        this.connections = connections;
        this.rooms = rooms;
        this.backplane = backplane;
        this.admission = admission;
        this.realm = realm;
        this.csrf = new CsrfGuard(origins);
        this.facts = facts;
        this.audit = new Audit(node, budget);
        this.cluster = new Cluster(
                node,
                backplane.control(),
                connections,
                rooms,
                admission,
                new Blocks(InstantSource.system()),
                drainTime,
                workers.fanOut());
        this.sampler = new Sampler(
                connections,
                rooms.delivery(),
                rooms::count,
                () -> Instruments.ofSystem("ProcessCpuLoad", -1),
                System::nanoTime);
        this.rates = new RoomRates(rooms, System::nanoTime);
        this.details = new RoomDetails(backplane);
        this.views = new Views(
                connections,
                rooms,
                decisions,
                cluster,
                audit,
                rates,
                realm::failed,
                settings,
                () -> overview(decisions));
        this.query = new ClusterQuery(cluster, workers, views::rows);
        this.users = new Users(query, inboxes);
        this.socket = new ConsoleSocket(cluster.tickets(), views, query, details, sampler, InstantSource.system());
    }

    /** What the endpoint of the console's socket is to call. */
    Consumer<String> open(String ticket, Connection connection) {
        return socket.open(ticket, connection);
    }

    /** What the nodes do for each other. */
    Cluster cluster() {
        return cluster;
    }

    /** Users, over all nodes. */
    Users users() {
        return users;
    }

    /** Has the dialogues do what nodes ask of each other about who is in a room. */
    void serve(Dialogues dialogues) {
        cluster.serve(dialogues);
    }

    ApiServlet api(TokenVerifier verifier, Policies policies, int maxMessageBytes, String version) {
        RoomOperations ofRooms = new RoomOperations(backplane, rooms, details, cluster, policies);
        Operations operations =
                new Operations(cluster, views, query, ofRooms, new UserOperations(users, cluster, ofRooms));
        return new ApiServlet(operations, new Callers(verifier, realm), csrf, audit, maxMessageBytes, version);
    }

    /** How busy the rooms here are. */
    RoomRates rates() {
        return rates;
    }

    ConsoleServlet page() {
        return new ConsoleServlet(realm, csrf, cluster);
    }

    /** Begins to look at the parts every few seconds. */
    void watch() {
        every(Duration.ofSeconds(Sampler.SECONDS), () -> {
            sampler.sample();
            rates.look();
            cluster.tell(this::status);
        });
        every(SHOW, () -> {
            if (admission.state() == AdmissionControl.State.DRAINING) {
                cluster.tell(this::status); // oftener, so that others can watch how far it is
            }
            socket.show();
        });
        workers.fanOut().execute(() -> cluster.tell(this::status));
    }

    private void every(Duration pause, Runnable task) {
        workers.every(pause, Threads.guarded("bringing up to date what operators see", task));
    }

    private Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>(facts);
        status.put("node", cluster.node());
        status.put("doors", admission.state().name().toLowerCase(Locale.ROOT));
        status.put("drainedFrom", cluster.drainedFrom());
        status.putAll(sampler.latest());
        Health health = backplane.health();
        status.put(
                "backplane",
                Map.of(
                        "engine", health.engine(),
                        "isReachable", health.isReachable(),
                        "lagMillis", health.lag().toMillis(),
                        "repairs", health.repairs(),
                        "reconnects", health.reconnects()));
        status.put("connectionsMax", connections.limits().maxConnections());
        status.put("uptimeSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1_000);
        status.put(
                "heapUsed",
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        status.put(
                "heapMax",
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax());
        status.put("heldBytes", budget.used());
        status.put("budgetBytes", budget.max());
        return status;
    }

    private Map<String, Object> overview(Decisions decisions) {
        Map<String, Object> overview = status();
        overview.put("closed", connections.tally().closedByCause());
        Map<String, Long> refused = new LinkedHashMap<>();
        decisions.counts().entrySet().stream()
                .filter(entry -> entry.getKey().status() >= 400)
                .sorted(Map.Entry.<Decisions.Outcome, Long>comparingByValue().reversed())
                .limit(20)
                .forEach(entry -> refused.merge(
                        entry.getKey().status() + " " + entry.getKey().cause(), entry.getValue(), Long::sum));
        overview.put("refused", refused);
        overview.put("dropped", connections.tally().droppedMessages());
        overview.put("resumes", rooms.resumes());
        Tally.Outboxes outboxes = connections.tally().outboxes();
        overview.put("waiting", outboxes.waiting());
        overview.put("deepest", outboxes.deepest());
        overview.put("nodes", cluster.nodes());
        return overview;
    }

    /** What this machine is called, and something that tells two nodes on it apart. */
    private static String nodeName() {
        String host = System.getenv().getOrDefault("HOSTNAME", System.getenv().getOrDefault("COMPUTERNAME", "node"));
        String letters = host.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "");
        return (letters.isEmpty() ? "node" : letters.substring(0, Math.min(40, letters.length()))) + "-"
                + Integer.toString(new SecureRandom().nextInt(36 * 36 * 36 * 36), 36);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
