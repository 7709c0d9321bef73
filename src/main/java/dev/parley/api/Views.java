package dev.parley.api;

import dev.parley.connection.ConnectionManager;
import dev.parley.handshake.Decisions;
import dev.parley.room.Rooms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What operators see, as trees that become JSON; the same over HTTP and in the console. It looks when it is asked, keeps nothing,
 * and shows no payload. Thread-safe.
 */
public final class Views {
    private final ConnectionManager connections;
    private final Rooms rooms;
    private final ConnectionRows open;
    private final Decisions decisions;
    private final Cluster cluster;
    private final Audit audit;
    private final RoomRates rates;
    private final Supplier<List<Decisions.Refusal>> failedLogins;
    private final List<Map<String, Object>> settings;
    private final Supplier<Map<String, Object>> overview;

    /**
     * Views of these parts.
     *
     * @param failedLogins the last logins of operators that failed
     * @param settings the settings in effect, without secrets
     * @param overview how this node is doing
     */
    public Views(
            ConnectionManager connections,
            Rooms rooms,
            Decisions decisions,
            Cluster cluster,
            Audit audit,
            RoomRates rates,
            Supplier<List<Decisions.Refusal>> failedLogins,
            List<Map<String, Object>> settings,
            Supplier<Map<String, Object>> overview) {
        this.connections = connections;
        this.rooms = rooms;
        this.open = new ConnectionRows(connections, rooms, cluster.node());
        this.decisions = decisions;
        this.cluster = cluster;
        this.audit = audit;
        this.rates = rates;
        this.failedLogins = failedLogins;
        this.settings = List.copyOf(settings);
        this.overview = overview;
    }

    public Map<String, Object> overview() {
        return overview.get();
    }

    public Map<String, Object> nodes() {
        return Map.of("nodes", cluster.nodes());
    }

    /** This node's rows of a view. Of one that a newer node knows and this one does not, there are none. */
    public ClusterQuery.Rows rows(ClusterQuery.Question question) {
        return switch (question.view()) {
            case "connections" -> open.first(question);
            case "connection" -> open.one(question.filter("id"));
            case "ended" -> listed(open.ended(), question);
            case "rooms" -> rooms(question);
            case "users" -> users(question);
            case "user" -> open.of(question.filter("user"));
            case "refusals" -> listed(refusals(), question);
            case "audit" -> new ClusterQuery.Rows(audit.newestFirst(question.limit()), audit.count());
            default -> listed(List.of(), question);
        };
    }

    private static ClusterQuery.Rows listed(List<?> all, ClusterQuery.Question question) {
        return new ClusterQuery.Rows(all.stream().limit(question.limit()).toList(), all.size());
    }

    /** The first of all in an order, without sorting all: a page asks every second, and there may be many. */
    static <T> List<T> first(int limit, Stream<T> all, Comparator<? super T> order) {
        PriorityQueue<T> kept = new PriorityQueue<>(order.reversed()); // its head is the last of them
        all.forEach(one -> {
            if (kept.size() < limit) {
                kept.add(one);
            } else if (limit > 0 && order.compare(one, kept.element()) < 0) {
                kept.remove();
                kept.add(one);
            }
        });
        List<T> found = new ArrayList<>(kept);
        found.sort(order);
        return found;
    }

    /** One of a list: what it is called, how many are in it, and how much is said there. */
    private record Sized(String name, int size, double perSecond) {
        static final Comparator<Sized> BY_NAME = Comparator.comparing(Sized::name);

        /** As the question wishes: by name, by messages a second, or else the biggest first. */
        static Comparator<Sized> order(ClusterQuery.Question question) {
            return switch (question.filter("sort")) {
                case "name" -> BY_NAME;
                case "rate" ->
                    Comparator.comparingDouble(Sized::perSecond).reversed().thenComparing(BY_NAME);
                default -> Comparator.comparingInt(Sized::size).reversed().thenComparing(BY_NAME);
            };
        }

        boolean matches(String part) {
            return name.toLowerCase(Locale.ROOT).contains(part);
        }
    }

    private static List<Sized> found(
            Map<String, Integer> sizes, ToDoubleFunction<String> perSecond, ClusterQuery.Question question) {
        String part = question.filter("match").toLowerCase(Locale.ROOT);
        return sizes.entrySet().stream()
                .map(entry -> new Sized(entry.getKey(), entry.getValue(), perSecond.applyAsDouble(entry.getKey())))
                .filter(one -> one.matches(part))
                .toList();
    }

    private ClusterQuery.Rows rooms(ClusterQuery.Question question) {
        List<Sized> found = found(rooms.sizes(), rates::perSecond, question);
        List<RoomRow> rows = first(question.limit(), found.stream(), Sized.order(question)).stream()
                .map(room -> new RoomRow(cluster.node(), room.name(), room.size(), room.perSecond()))
                .toList();
        return new ClusterQuery.Rows(rows, found.size());
    }

    private record RoomRow(String node, String room, int members, double perSecond) {}

    private ClusterQuery.Rows users(ClusterQuery.Question question) {
        Map<String, Integer> counts = new HashMap<>();
        connections
                .all()
                .map(connection -> connection.peer().user())
                .filter(user -> !user.isEmpty())
                .forEach(user -> counts.merge(user, 1, Integer::sum));
        List<Sized> found = found(counts, user -> 0, question);
        List<Map<String, Object>> rows = first(question.limit(), found.stream(), Sized.order(question)).stream()
                .map(user ->
                        Map.<String, Object>of("node", cluster.node(), "user", user.name(), "connections", user.size()))
                .toList();
        return new ClusterQuery.Rows(rows, found.size());
    }

    /** Handshakes that were refused and logins that failed, the last first. */
    private List<Refused> refusals() {
        return Stream.concat(decisions.refusals().stream(), failedLogins.get().stream())
                .sorted(Comparator.comparing(Decisions.Refusal::at).reversed())
                .map(refusal -> new Refused(
                        cluster.node(),
                        refusal.at(),
                        refusal.outcome().status(),
                        refusal.outcome().cause(),
                        refusal.address()))
                .toList();
    }

    private record Refused(String node, Instant at, int status, String cause, String address) {}

    public Map<String, Object> blocks() {
        return Map.of(
                "blocks",
                cluster.blocks().all().stream()
                        .map(block -> {
                            Map<String, Object> row = block.target().words();
                            row.put("until", block.until().toString());
                            return row;
                        })
                        .toList());
    }

    public Map<String, Object> settings() {
        return Map.of("settings", settings);
    }
}
