package dev.parley.api;

import dev.parley.handshake.Credential.Source;
import dev.parley.protocol.CloseStatus;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Users over all nodes: those of whom a login or a token says who they are, both under one name. Visitors, who may call themselves
 * the same, are none of them. Thread-safe.
 */
public final class Users {
    /** Who vouches for a user here, in the words of a connection's peer. */
    static final Set<String> VOUCHED = Set.of(Source.LOGIN.toString(), Source.TOKEN.toString());

    private final ClusterQuery query;
    private final boolean hasInboxes;

    /**
     * Users that are asked for so.
     *
     * @param hasInboxes whether something may be told to them
     */
    public Users(ClusterQuery query, boolean hasInboxes) {
        this.query = query;
        this.hasInboxes = hasInboxes;
    }

    /** Whether users have inboxes on this node. */
    public boolean hasInboxes() {
        return hasInboxes;
    }

    /**
     * The connections of a user.
     *
     * @param since when the oldest one was opened; nothing if there is none
     * @param silent the nodes that have not answered in time
     */
    public record Found(int connections, Optional<Instant> since, Set<String> silent) {
        /** Copies what it is given. */
        public Found {
            silent = Set.copyOf(silent);
        }
    }

    /**
     * Asks all nodes.
     *
     * @throws IllegalArgumentException if the name is longer than nodes can tell each other
     */
    public CompletionStage<Found> find(String user) {
        return query.ask(new ClusterQuery.Question("user", Map.of("user", user), 1))
                .thenApply(Users::found);
    }

    private static Found found(Map<String, Object> answer) {
        List<Map<String, Json>> rows = elements(answer.get("user"))
                .map(row -> row.members().orElseThrow())
                .toList();
        int connections = rows.stream()
                .map(row -> row.get("connections"))
                .flatMap(json -> json.integer().stream())
                .mapToInt(Integer::parseInt)
                .sum();
        Optional<Instant> since = rows.stream()
                .map(row -> row.get("since"))
                .flatMap(json -> json.string().stream())
                .map(Instant::parse)
                .min(Comparator.naturalOrder());
        Set<String> silent = new TreeSet<>();
        elements(answer.get("silent")).flatMap(json -> json.string().stream()).forEach(silent::add);
        return new Found(connections, since, silent);
    }

    /** Some rows are trees, and those of other nodes are text. */
    private static Stream<Json> elements(@Nullable Object tree) {
        return Json.parse(JsonText.of(tree)).flatMap(Json::elements).orElse(List.of()).stream();
    }

    /**
     * Checks that a reason fits into a close frame.
     *
     * @throws IllegalArgumentException if it does not
     */
    public static void requireShort(String reason) {
        CloseStatus unused = CloseStatus.removed(reason);
    }

    /** Closes all connections of a user with 4501, on all nodes; for our own reason, if none is given. */
    public static void disconnect(Cluster cluster, String user, String reason) {
        VOUCHED.forEach(source -> cluster.disconnect(new Blocks.Target(Blocks.Kind.USER, user, source), reason));
    }
}
