package dev.parley.app;

import dev.parley.api.RoomRates;
import dev.parley.backplane.Backplane;
import dev.parley.connection.ConnectionManager;
import dev.parley.connection.Traffic;
import dev.parley.dialogue.Policies;
import dev.parley.events.Events;
import dev.parley.handshake.AdmissionControl;
import dev.parley.handshake.Decisions;
import dev.parley.metrics.Meters;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import dev.parley.room.Rooms;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.ObjectName;

/** Which figure of which part is told under which name. */
final class Instruments {
    private static final int BIGGEST = 10;
    private static final double MILLIS = 1e3;

    private Instruments() {}

    static Meters of(
            Map<String, String> facts,
            Decisions decisions,
            ConnectionManager connections,
            Rooms rooms,
            RoomRates rates,
            Backplane backplane,
            AdmissionControl admission,
            Policies policies,
            Events events,
            Budget budget,
            Threads threads) {
        Meters meters = new Meters();
        meters.info("parley", "What runs here.", facts);
        meters.gauge(
                "parley_uptime_seconds",
                "How long this process has been running.",
                () -> ManagementFactory.getRuntimeMXBean().getUptime() / MILLIS);
        meters.gauge(
                "parley_heap_used_bytes",
                "Heap in use in this process.",
                () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        meters.gauge(
                "parley_heap_max_bytes",
                "Heap that this process may use.",
                () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax());
        system(meters);
        node(meters, budget, threads);
        handshakes(meters, decisions, admission);
        connections(meters, connections);
        policies(meters, policies);
        events(meters, events);
        meters.gauge(
                "parley_backplane_up",
                "1 if the backplane took and gave what it was last asked for.",
                () -> backplane.health().isReachable() ? 1 : 0);
        meters.gauge(
                "parley_backplane_lag_seconds",
                "How long ago this node was last known to have been told everything.",
                () -> backplane.health().lag().toMillis() / MILLIS);
        meters.counter(
                "parley_backplane_repairs",
                "Rooms that were read again because something was missing, or might have been.",
                () -> backplane.health().repairs());
        meters.counter(
                "parley_backplane_reconnects",
                "Connections to the backplane that were made anew.",
                () -> backplane.health().reconnects());
        meters.counter(
                "parley_outbox_refused",
                "Rows of parley_outbox that this node has put aside, in parley_refused.",
                () -> backplane.health().refusals());
        meters.gauge("parley_rooms", "Rooms that have members on this node.", rooms::count);
        meters.gauge(
                "parley_room_members",
                "Members on this node of its biggest rooms, by rank; which rooms they are is in the console.",
                "rank",
                () -> byRank(rooms.biggest(BIGGEST).values()));
        meters.gauge(
                "parley_room_messages_per_second",
                "What was said a second in the busiest rooms of this node, by rank.",
                "rank",
                () -> byRank(rates.highest(BIGGEST)));
        meters.counter(
                "parley_resumes",
                "Members who came back to a position: ok if they were told all that they had missed, else why not.",
                List.of("outcome"),
                () -> byLabel(rooms.resumes()));
        meters.counter(
                "parley_gaps",
                "Members who were told that something is missing, without having been away.",
                rooms::gaps);
        meters.counter("parley_signals", "Signals that this node has sent on their way.", rooms::signals);
        meters.counter(
                "parley_signals_dropped",
                "Signals that were given up, or that one peer was not sent, because too many were on their way.",
                rooms::droppedSignals);
        meters.histogram(
                "parley_delivery_seconds",
                "From the log to the wire of a member: one delivery of each run of the fan-out.",
                rooms.delivery());
        return meters;
    }

    private static void system(Meters meters) {
        meters.gauge(
                "parley_files_open",
                "Files that this process has open, a connection being one.",
                () -> ofSystem("OpenFileDescriptorCount", Double.NaN));
        meters.gauge(
                "parley_files_max",
                "Files that this process may have open.",
                () -> ofSystem("MaxFileDescriptorCount", Double.NaN));
        meters.gauge(
                "parley_processor_load",
                "The share of all processors that this process uses, from 0 to 1.",
                () -> ofSystem("ProcessCpuLoad", Double.NaN));
    }

    /** What the JVM tells of its process, if it does on this system. */
    static double ofSystem(String attribute, double otherwise) {
        try {
            return ((Number) ManagementFactory.getPlatformMBeanServer()
                            .getAttribute(new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME), attribute))
                    .doubleValue();
        } catch (JMException none) {
            return otherwise;
        }
    }

    private static void node(Meters meters, Budget budget, Threads threads) {
        meters.gauge(
                "parley_memory_budget_bytes", "Bytes that this node may hold for its peers and rooms.", budget::max);
        meters.gauge(
                "parley_memory_held_bytes",
                "Bytes that it holds for them, by what for.",
                "use",
                () -> Map.copyOf(budget.usedBy()));
        meters.counter(
                "parley_memory_gave_way",
                "How often somebody who held most had to give way, because more was held than may be.",
                budget::gaveWay);
        meters.gauge(
                "parley_threads_stuck",
                "Threads of this node that have shown no progress for too long.",
                () -> threads.stuck(Threads.Part.NODE).size()
                        + threads.stuck(Threads.Part.ENGINE).size());
    }

    private static void handshakes(Meters meters, Decisions decisions, AdmissionControl admission) {
        meters.gauge(
                "parley_doors_open",
                "1 if new visitors are taken, 0 while paused or draining.",
                () -> admission.state() == AdmissionControl.State.OPEN ? 1 : 0);
        meters.counter(
                "parley_handshakes",
                "Handshakes, by the status of the answer and why it was that.",
                List.of("status", "cause"),
                () -> {
                    Map<List<String>, Long> counts = new LinkedHashMap<>();
                    decisions
                            .counts()
                            .forEach((outcome, count) ->
                                    counts.put(List.of(Integer.toString(outcome.status()), outcome.cause()), count));
                    return counts;
                });
    }

    private static void connections(Meters meters, ConnectionManager connections) {
        meters.gauge("parley_connections", "Connections that are open.", connections::count);
        meters.gauge(
                "parley_connections_max",
                "Connections that may be open.",
                () -> connections.limits().maxConnections());
        meters.gauge(
                "parley_writes_frames",
                "1 if frames are written below the server's own methods, 0 if not, or before the first connection.",
                () -> connections.writesFrames() ? 1 : 0);
        meters.counter(
                "parley_connections_opened",
                "Connections that were opened.",
                () -> connections.tally().openedCount());
        meters.counter(
                "parley_connections_closed",
                "Connections that are over, by why: the name of a close code, or peer, or broken.",
                List.of("cause"),
                () -> byLabel(connections.tally().closedByCause()));
        meters.counter(
                "parley_dropped_messages",
                "Messages that were never sent: left out for a slow peer, or waiting when their connection ended.",
                () -> connections.tally().droppedMessages());
        traffic(meters, connections);
        meters.gauge(
                "parley_outbox_messages",
                "Messages that wait to be sent.",
                () -> connections.tally().outboxes().waiting());
        meters.gauge(
                "parley_outbox_bytes",
                "Size of the messages that wait to be sent.",
                () -> connections.tally().outboxes().waitingBytes());
        meters.gauge(
                "parley_outbox_deepest_messages",
                "Messages in the fullest outbox.",
                () -> connections.tally().outboxes().deepest());
        meters.gauge(
                "parley_outboxes_filling",
                "Outboxes that are more than a quarter full.",
                () -> connections.tally().outboxes().filling());
    }

    private static void traffic(Meters meters, ConnectionManager connections) {
        meters.counter(
                "parley_received_messages",
                "Text messages that arrived.",
                () -> traffic(connections).messagesIn());
        meters.counter(
                "parley_received_bytes",
                "Their size.",
                () -> traffic(connections).bytesIn());
        meters.counter(
                "parley_sent_messages",
                "Text messages that were given to the wire.",
                () -> traffic(connections).messagesOut());
        meters.counter(
                "parley_sent_bytes", "Their size.", () -> traffic(connections).bytesOut());
    }

    private static void policies(Meters meters, Policies policies) {
        meters.gauge(
                "parley_demo_mode",
                "1 if everybody may do everything in every room, under any name.",
                () -> policies.isEverythingAllowed() ? 1 : 0);
        meters.counter(
                "parley_policy_questions",
                "Questions to policies: answered; failed if the policy threw; timed_out after 5 seconds; refused since"
                        + " too many waited.",
                List.of("outcome"),
                () -> byLabel(policies.questions()));
        meters.gauge("parley_policy_waiting", "Questions that no policy has answered yet.", policies::waiting);
    }

    private static void events(Meters meters, Events events) {
        meters.counter(
                "parley_events",
                "Events for observers: told; failed if the observer threw; dropped if it was too slow or memory short.",
                List.of("outcome"),
                () -> byLabel(events.counts()));
        meters.counter(
                "parley_webhooks",
                "Events that were posted: delivered; failed attempts, which are made again; given_up.",
                List.of("outcome"),
                () -> byLabel(events.posted()));
        meters.gauge("parley_webhooks_waiting", "Events that wait to be posted.", events::toBePosted);
    }

    private static Traffic traffic(ConnectionManager connections) {
        return connections.tally().traffic();
    }

    private static Map<List<String>, Long> byLabel(Map<String, Long> counts) {
        Map<List<String>, Long> labelled = new LinkedHashMap<>();
        counts.forEach((label, count) -> labelled.put(List.of(label), count));
        return labelled;
    }

    private static Map<String, Number> byRank(Collection<? extends Number> values) {
        Map<String, Number> ranks = new LinkedHashMap<>();
        values.forEach(value -> ranks.put(Integer.toString(ranks.size() + 1), value));
        return ranks;
    }
}
