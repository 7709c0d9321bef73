package dev.parley.api;

import dev.parley.backplane.ControlBus;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Subscription;
import dev.parley.connection.Connection;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Figures;
import dev.parley.dialogue.Dialogues;
import dev.parley.handshake.AdmissionControl;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.CloseStatus;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import dev.parley.room.Rooms;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What operators do, on all nodes: an action is said on the control bus, and every node, this one included, does its part when
 * it hears it. The nodes also tell each other how they are, so that each can show all. Thread-safe.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Cluster.class.getName());

    private final String node;
    private final ControlBus bus;
    private final ConnectionManager connections;
    private final Rooms rooms;
    private final AdmissionControl admission;
    private final Blocks blocks;
    private final Tickets tickets;
    private final Duration drainTime;
    private final Subscription subscription;
    private final Nodes nodes = new Nodes();
    private final Map<String, Consumer<Map<String, Json>>> listeners = new ConcurrentHashMap<>();
    private volatile int drainedFrom;

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
        this.tickets = new Tickets(InstantSource.system(), connections.budget());
        connections.screen(blocks);
        this.subscription = bus.subscribe(new WordQueue(this::act, worker)::heard);
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
        say("disconnect", target.words());
    }

    /** The same, for a reason that clients are told: at most 123 bytes; our own if empty. */
    void disconnect(Blocks.Target target, String reason) {
        Map<String, Object> word = target.words();
        word.put("reason", reason);
        say("disconnect", word);
    }

    /** Disconnects a user or an address and keeps it out for a time. */
    public void block(Blocks.Target target, Duration time) {
        say("block", keepOut(target, time));
    }

    private static Map<String, Object> keepOut(Blocks.Target target, Duration time) {
        Map<String, Object> word = target.words();
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
        say("unblock", target.words());
    }

    /** Says whether a node takes visitors; draining also sends away who is in. */
    public void turn(String wantedNode, AdmissionControl.State state) {
        say("doors", Map.of("node", wantedNode, "state", state.name()));
    }

    /** Tells the other nodes how this one is. To be called every few seconds. */
    public void tell(Supplier<Map<String, Object>> status) {
        say("status", Map.of("node", node, "is", status.get()));
        nodes.forget();
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
        return nodes.statuses();
    }

    /** Whether there is a node of that name. */
    public boolean knows(String name) {
        return name.equals(node) || nodes.names().contains(name);
    }

    /** The other nodes that have been heard of lately. */
    Set<String> others() {
        Set<String> others = nodes.names();
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

    private void act(Map<String, Json> word) {
        switch (text(word, "do")) {
            case "disconnect" -> {
                if (word.containsKey("connection")) {
                    connections.find(text(word, "connection")).ifPresent(Cluster::remove);
                } else {
                    removeAll(Blocks.Target.of(word)::is, CloseStatus.removed(text(word, "reason")));
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
            case "unblock" -> blocks.remove(Blocks.Target.of(word));
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
                boolean isNew = nodes.heard(name, member(word, "is").source());
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
        Blocks.Target target = Blocks.Target.of(word);
        blocks.add(
                target,
                Duration.ofSeconds(Long.parseLong(member(word, "seconds").source())));
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

    /** What must be there. */
    static Json member(Map<String, Json> word, String name) {
        Json member = word.get(name);
        if (member == null) {
            throw new IllegalArgumentException("a word has no " + name);
        }
        return member;
    }

    /** Empty if there is none. */
    static String text(Map<String, Json> word, String name) {
        Json member = word.get(name);
        return member == null ? "" : member.string().orElse("");
    }

    @Override
    public void close() {
        subscription.close();
    }
}
