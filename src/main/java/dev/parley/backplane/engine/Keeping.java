package dev.parley.backplane.engine;

import dev.parley.backplane.Keep;
import dev.parley.backplane.RoomId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * How much is kept of which room, and the deleting of the rest, by the query workers and some rooms at a time: of rooms that this node
 * writes to or reads, until nothing is left in them that will have to go, and of all that the engine can list, one page after the
 * other. Nobody reads too much while it is behind, because reading goes by the rules itself. Thread-safe.
 */
final class Keeping {
    private static final Logger LOG = System.getLogger(Keeping.class.getName());
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LONGEST_MILLIS = TimeUnit.MINUTES.toMillis(5); // the rules may change
    private static final int AT_ONCE = 100; // a question has seconds
    private static final int MAX_ROOMS = 100_000; // beyond it the list of the engine must do

    private final QueryWorkers workers;
    private final Set<RoomId> due = new LinkedHashSet<>(); // to be looked at; guarded by itself
    private final Map<RoomId, Long> later = new HashMap<>(); // when to look again; of the only worker at it
    private volatile Function<RoomId, Keep> rules = room -> Keep.ALL;
    private volatile boolean isOn;
    private volatile boolean isFailing;
    private long nextPoll = System.nanoTime(); // of the thread that polls
    private String page = ""; // the room after which the engine's list goes on; of the only worker at it

    Keeping(QueryWorkers workers) {
        this.workers = workers;
    }

    void begin(Function<RoomId, Keep> given) {
        rules = given;
        isOn = true;
    }

    void end() {
        isOn = false;
    }

    Keep of(RoomId room) {
        return rules.apply(room);
    }

    /** As {@link #of}, for somebody who reads the room. */
    Keep ofRead(RoomId room) {
        touched(room);
        return of(room);
    }

    /** Somebody writes to the room or reads it. Asks no rule: that is done once for many, and where nobody waits for it. */
    void touched(RoomId room) {
        if (isOn) {
            synchronized (due) {
                if (due.size() < MAX_ROOMS) {
                    due.add(room);
                }
            }
        }
    }

    void poll() {
        if (isOn && nextPoll - System.nanoTime() <= 0) {
            nextPoll = System.nanoTime() + PAUSE_NANOS;
            workers.ask(QueryWorkers.Lane.KEEPING, QueryWorkers.Lane.KEEPING, 0, this::trim)
                    .whenComplete((done, failure) -> {
                        if (failure != null && !isFailing && isOn) {
                            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                            LOG.log(
                                    Level.WARNING,
                                    "what is not to be kept is not deleted, and it is tried again: {0}",
                                    cause.getMessage());
                        }
                        isFailing = failure != null;
                    });
        }
    }

    private boolean trim(Link link) throws LinkException {
        long now = System.nanoTime();
        List<RoomId> listed = link.log().rooms(page, AT_ONCE);
        page = listed.size() < AT_ONCE ? "" : listed.get(listed.size() - 1).name();
        listed.stream().filter(room -> !later.containsKey(room)).forEach(this::touched);
        later.entrySet().removeIf(each -> {
            boolean isTime = each.getValue() - now <= 0;
            if (isTime) {
                touched(each.getKey());
            }
            return isTime;
        });
        Map<RoomId, Keep> keeps = limited();
        boolean isDone = false;
        try {
            link.log().trim(keeps).forEach((room, millis) -> {
                if (later.size() < MAX_ROOMS) {
                    later.put(room, now + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, LONGEST_MILLIS)));
                }
            });
            isDone = true;
        } finally {
            if (!isDone) {
                keeps.keySet().forEach(this::touched); // the others first
            }
        }
        return true;
    }

    /** The next of those that are due of which less is kept. Who touches one from now on has it looked at again. */
    private Map<RoomId, Keep> limited() {
        Map<RoomId, Keep> keeps = new LinkedHashMap<>();
        int left;
        synchronized (due) {
            left = due.size();
        }
        while (left > 0 && keeps.size() < AT_ONCE) {
            List<RoomId> next;
            synchronized (due) {
                next = due.stream().limit(AT_ONCE - keeps.size()).toList();
                next.forEach(due::remove);
            }
            left -= next.size();
            for (RoomId room : next) {
                Keep keep = of(room);
                if (keep.isLimited()) {
                    keeps.put(room, keep);
                    later.remove(room);
                }
            }
        }
        return keeps;
    }
}
