package dev.parley.events;

import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries that wait, and those under way: of each room in order and one at a time, of all rooms at most eight. Bounded in number and in
 * bytes, and counted in the budget. Thread-safe; nobody is called under its lock but the budget.
 */
final class DeliveryQueue {
    static final int MAX_DELIVERIES = 10_000;
    static final long MAX_BYTES = 16L * 1024 * 1024;
    private static final int AT_ONCE = 8;

    private final Budget budget;

    // Guarded by this.
    private final Map<String, ArrayDeque<Delivery>> rooms =
            new HashMap<>(); // the first of each is the one to be posted
    private final ArrayDeque<String> ready = new ArrayDeque<>(); // rooms whose first may be posted now
    private int waiting;
    private long bytes;
    private int underWay;
    private boolean isWoken; // somebody is going to post
    private boolean isOver;

    DeliveryQueue(Budget budget) {
        this.budget = budget;
    }

    /** False if too much waits. */
    synchronized boolean add(Delivery delivery) {
        if (isOver || waiting >= MAX_DELIVERIES || bytes + delivery.cost > MAX_BYTES) {
            return false;
        }
        waiting++;
        bytes += delivery.cost;
        budget.hold(Budget.Use.KEPT, delivery.cost);
        ArrayDeque<Delivery> queue = rooms.computeIfAbsent(delivery.room, room -> new ArrayDeque<>());
        queue.add(delivery);
        if (queue.size() == 1) {
            ready.add(delivery.room);
        }
        return true;
    }

    /** True if nobody was going to post; whoever asks is from now on. */
    synchronized boolean wakes() {
        boolean wakes = !isWoken && !isOver;
        isWoken |= wakes;
        return wakes;
    }

    /** Whoever was going to post is not. */
    synchronized void slept() {
        isWoken = false;
    }

    /** The next one to be posted; null if there is none now, and then nobody is going to post. */
    synchronized @Nullable Delivery next() {
        while (underWay < AT_ONCE && !ready.isEmpty()) {
            ArrayDeque<Delivery> queue = rooms.get(ready.remove());
            if (queue != null) {
                underWay++;
                return queue.element();
            }
        }
        isWoken = false;
        return null;
    }

    /** Counts an attempt, which is the last one if the delivery was taken, or if that many were made; how many it were. */
    synchronized int attempted(Delivery delivery, boolean isTaken, int most) {
        underWay--;
        delivery.attempts++;
        ArrayDeque<Delivery> queue = rooms.get(delivery.room);
        if ((isTaken || delivery.attempts >= most) && queue != null) { // or else this is over
            release(queue.remove());
            if (queue.isEmpty()) {
                rooms.remove(delivery.room);
            } else {
                ready.add(delivery.room);
            }
        }
        return delivery.attempts;
    }

    /** The first of a room may be posted again. */
    synchronized void again(String room) {
        ready.add(room);
    }

    private void release(Delivery delivery) {
        waiting--;
        bytes -= delivery.cost;
        budget.release(Budget.Use.KEPT, delivery.cost);
        notifyAll();
    }

    /** How many there are, those included that are under way. */
    synchronized int size() {
        return waiting;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized boolean isOver() {
        return isOver;
    }

    /** Takes out what is not the first of its room. */
    synchronized List<Delivery> thin() {
        List<Delivery> given = new ArrayList<>();
        for (ArrayDeque<Delivery> queue : rooms.values()) {
            while (queue.size() > 1) {
                given.add(queue.removeLast());
            }
        }
        given.forEach(this::release);
        return given;
    }

    /** Waits until it is empty; false if it is not in time. */
    synchronized boolean drain(Duration patience) throws InterruptedException {
        return Threads.await(this, patience.toMillis(), () -> waiting == 0);
    }

    /** Lets go of all, and takes nothing any more. */
    synchronized void close() {
        isOver = true;
        rooms.values().forEach(queue -> queue.forEach(this::release));
        rooms.clear();
    }
}
