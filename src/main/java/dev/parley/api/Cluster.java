package dev.parley.api;

import dev.parley.backplane.ControlBus;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Figures;
import dev.parley.dialogue.Dialogues;
import dev.parley.handshake.AdmissionControl;
import dev.parley.node.Threads;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.CloseStatus;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import dev.parley.room.Rooms;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What operators do, on all nodes: an action is said on the control bus, and every node, this one included, does its part when
 * it hears it. The nodes also tell each other how they are, so that each can show all. Thread-safe.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Cluster.class.getName());
    private static final int MAX_WORDS = 10_000;
    private static final Duration FORGOTTEN = Duration.ofSeconds(20);

    private final String node;
    private final ControlBus bus;
    private final ConnectionManager connections;
    private final Rooms rooms;
    private final AdmissionControl admission;
    private final Blocks blocks;
    private final Tickets tickets;
    private final Duration drainTime;
    private final Executor worker;
    private final Subscription subscription;
    private final Map<String, Heard> nodes = new ConcurrentHashMap<>();
    private final Map<String, Consumer<Map<String, Json>>> listeners = new ConcurrentHashMap<>();
    private final Queue<String> words = new ArrayDeque<>(); // heard and not acted on; guards isActing
    private boolean isActing;
    private volatile int drainedFrom;

    /** What a node has said of itself, and when that was heard. */
    private record Heard(String status, Instant at) {}

    /**
     * Listens from now on.
     *
     * @param node this node's name
     * @param worker runs what words ask for, because the bus must not be held up
     */
    public Cluster(
            String node,
            ControlBus bus,
            ConnectionManager connections,
            Rooms rooms,
            AdmissionControl admission,
            Blocks blocks,
            Duration drainTime,
            Executor worker) {
        this.node = node;
        this.bus = bus;
        this.connections = connections;
        this.rooms = rooms;
        this.admission = admission;
        this.blocks = blocks;
        this.drainTime = drainTime;
        this.worker = worker;
        this.tickets = new Tickets(InstantSource.system(), connections.budget());
        connections.screen(blocks);
        this.subscription = bus.subscribe(this::heard);
    }

    /** This node's name. */
    public String node() {
        return node;
    }

    public Blocks blocks() {
        return blocks;
    }

    /** Closes a connection with 4501, wherever it is. */
    public void disconnect(String connection) {
        say("disconnect", Map.of("connection", connection));
    }

    /** Closes all connections of a user or an address with 4501. */
    public void disconnect(Blocks.Target target) {
        say("disconnect", of(target));
    }

    /** The same, for a reason that clients are told: at most 123 bytes; our own if empty. */
    void disconnect(Blocks.Target target, String reason) {
        Map<String, Object> word = of(target);
        word.put("reason", reason);
        say("disconnect", word);
    }

    /** Disconnects a user or an address and keeps it out for a time. */
    public void block(Blocks.Target target, Duration time) {
        say("block", keepOut(target, time));
    }

    private static Map<String, Object> keepOut(Blocks.Target target, Duration time) {
        Map<String, Object> word = of(target);
        word.put("seconds", Math.max(1, time.toSeconds()));
        return word;
    }

    /** Closes all connections that are in a room with 4501. What was said there stays. */
    public void empty(RoomId room) {
        say("empty", Map.of("room", room.name()));
    }

    /** Takes a user out of a room, on all nodes. It may come again, if it has the right. */
    public void remove(String user, RoomId room) {
        say("remove", Map.of("user", user, "room", room.name()));
    }

    /** Has the policy asked again about everybody who is in a room, on all nodes; who has lost the right is taken out. */
    public void recheck(RoomId room) {
        say("recheck", Map.of("room", room.name()));
    }

    /** Has the dialogues do this node's part of {@link #remove} and {@link #recheck}. */
    public void serve(Dialogues dialogues) {
        on("remove", word -> dialogues.remove(text(word, "user"), new RoomId(text(word, "room"))));
        on("recheck", word -> dialogues.recheck(new RoomId(text(word, "room"))));
    }

    public void unblock(Blocks.Target target) {
        say("unblock", of(target));
    }

    /** Says whether a node takes visitors; draining also sends away who is in. */
    public void turn(String wantedNode, AdmissionControl.State state) {
        say("doors", Map.of("node", wantedNode, "state", state.name()));
    }

    /** Tells the other nodes how this one is. To be called every few seconds. */
    public void tell(Supplier<Map<String, Object>> status) {
        say("status", Map.of("node", node, "is", status.get()));
        Instant now = Instant.now();
        nodes.values().removeIf(heard -> heard.at().plus(FORGOTTEN).isBefore(now));
    }

    /** A ticket for a console's socket, good on all nodes. */
    public String ticket(Realm.Operator operator) {
        String ticket = Tickets.make();
        tickets.keep(Tickets.digest(ticket), operator);
        say(
                "ticket",
                Map.of(
                        "digest",
                        Tickets.digest(ticket),
                        "name",
                        operator.name(),
                        "role",
                        operator.role().name()));
        return ticket;
    }

    public Tickets tickets() {
        return tickets;
    }

    /** What each node last said of itself, by name, as JSON. */
    public List<JsonText.Verbatim> nodes() {
        List<JsonText.Verbatim> all = new ArrayList<>();
        nodes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> all.add(new JsonText.Verbatim(entry.getValue().status())));
        return all;
    }

    /** Whether there is a node of that name. */
    public boolean knows(String name) {
        return name.equals(node) || nodes.containsKey(name);
    }

    /** The other nodes that have been heard of lately. */
    Set<String> others() {
        Set<String> others = new TreeSet<>(nodes.keySet());
        others.remove(node);
        return others;
    }

    /** How many connections there were when this node began to drain. */
    public int drainedFrom() {
        return drainedFrom;
    }

    /** Calls {@code listener} for each word that says to do {@code what}. */
    void on(String what, Consumer<Map<String, Json>> listener) {
        listeners.put(what, listener);
    }

    void say(String what, Map<String, Object> rest) {
        Map<String, Object> word = new LinkedHashMap<>(rest);
        word.put("do", what);
        word.put("from", node);
        bus.send(JsonText.of(word));
    }

    /** A target in words, as on the bus and in answers. */
    static Map<String, Object> of(Blocks.Target target) {
        Map<String, Object> word = new LinkedHashMap<>();
        word.put(target.kind().name().toLowerCase(Locale.ROOT), target.value());
        if (!target.source().isEmpty()) {
            word.put("source", target.source());
        }
        return word;
    }

    private void heard(String word) {
        synchronized (words) {
            if (words.size() >= MAX_WORDS) {
                LOG.log(Level.WARNING, "too many words from other nodes; the oldest one is lost");
                words.remove();
            }
            words.add(word);
            if (isActing) {
                return;
            }
            isActing = true;
        }
        hand();
    }

    /** Has the next word acted on. One at a time: what was said later must not come about earlier. */
    private void hand() {
        try {
            worker.execute(this::actOnNext);
        } catch (RejectedExecutionException stopped) {
            LOG.log(Level.DEBUG, "a word came after the end");
        }
    }

    private void actOnNext() {
        String word;
        synchronized (words) {
            word = words.remove();
        }
        Threads.guarded("a word from another node", () -> understand(word)).run();
        synchronized (words) {
            if (words.isEmpty()) {
                isActing = false;
                return;
            }
        }
        hand();
    }

    private void understand(String word) {
        try {
            Json.parse(word).flatMap(Json::members).ifPresent(this::act);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a word from another node was not understood", e);
        }
    }

    private void act(Map<String, Json> word) {
        switch (text(word, "do")) {
            case "disconnect" -> {
                if (word.containsKey("connection")) {
                    connections.find(text(word, "connection")).ifPresent(Cluster::remove);
                } else {
                    removeAll(target(word)::is, CloseStatus.removed(text(word, "reason")));
                }
            }
            case "block" -> keepOut(word);
            case "tell-blocks" -> {
                if (!text(word, "from").equals(node)) {
                    tellBlocks(text(word, "from"));
                }
            }
            case "blocked" -> {
                if (text(word, "to").equals(node)) {
                    keepOut(word);
                }
            }
            case "empty" ->
                rooms.connectionsIn(text(word, "room"))
                        .forEach(id -> connections.find(id).ifPresent(Cluster::remove));
            case "unblock" -> blocks.remove(target(word));
            case "doors" -> {
                if (text(word, "node").equals(node)) {
                    turn(AdmissionControl.State.valueOf(text(word, "state")));
                }
            }
            case "ticket" -> {
                if (!text(word, "from").equals(node)) {
                    tickets.keep(
                            text(word, "digest"),
                            new Realm.Operator(text(word, "name"), Role.valueOf(text(word, "role"))));
                }
            }
            case "status" -> {
                String name = text(word, "node");
                boolean isNew = nodes.put(name, new Heard(source(word, "is"), Instant.now())) == null;
                if (isNew && name.equals(node)) { // now it hears; what came before, it has missed
                    say("tell-blocks", Map.of());
                }
            }
            default -> {
                Consumer<Map<String, Json>> listener = listeners.get(text(word, "do"));
                if (listener != null) {
                    listener.accept(word);
                } else {
                    LOG.log(Level.DEBUG, "a newer node said something that this one does not know");
                }
            }
        }
    }

    private void tellBlocks(String asker) {
        for (Blocks.Block block : blocks.all()) {
            Map<String, Object> word = keepOut(block.target(), blocks.left(block));
            word.put("to", asker);
            say("blocked", word);
        }
    }

    private void keepOut(Map<String, Json> word) {
        Blocks.Target target = target(word);
        blocks.add(target, Duration.ofSeconds(Long.parseLong(source(word, "seconds"))));
        removeAll(target::is, CloseCode.REMOVED);
    }

    private void turn(AdmissionControl.State state) {
        if (!admission.turn(state)) {
            return;
        }
        drainedFrom = connections.count();
        LOG.log(Level.INFO, "node {0} is now {1}", node, state.name().toLowerCase(Locale.ROOT));
        if (state == AdmissionControl.State.DRAINING) {
            connections.shed(drainTime);
        } else {
            connections.readmit();
        }
    }

    private void removeAll(Predicate<Figures.Peer> which, CloseStatus code) {
        connections
                .all()
                .filter(connection -> which.test(connection.peer()))
                .forEach(connection -> connection.close(code));
    }

    private static void remove(Connection connection) {
        connection.close(CloseCode.REMOVED);
    }

    private static Blocks.Target target(Map<String, Json> word) {
        return word.containsKey("user")
                ? new Blocks.Target(Blocks.Kind.USER, text(word, "user"), text(word, "source"))
                : Blocks.Target.address(text(word, "address"));
    }

    private static String source(Map<String, Json> word, String name) {
        Json member = word.get(name);
        if (member == null) {
            throw new IllegalArgumentException("a word has no " + name);
        }
        return member.source();
    }

    private static String text(Map<String, Json> word, String name) {
        Json member = word.get(name);
        return member == null ? "" : member.string().orElse("");
    }

    @Override
    public void close() {
        subscription.close();
    }
}
