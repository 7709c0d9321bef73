package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.Verdict;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A policy that a test tells what to answer, and when. Thread-safe. */
final class ScriptedPolicy implements RoomPolicy {
    private final String rooms;
    final Set<Action> denied = ConcurrentHashMap.newKeySet();
    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    final AtomicInteger underWay = new AtomicInteger();
    volatile Function<Json, Verdict> verdict = data -> Verdict.accept();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    ScriptedPolicy(String rooms) {
        this.rooms = rooms;
    }

    /** From now on it answers nobody. */
    ScriptedPolicy hang() {
        gate = new CountDownLatch(1);
        return this;
    }

    /** Whoever waits is answered. */
    void goOn() {
        gate.countDown();
    }

    @Override
    public String rooms() {
        return rooms;
    }

    @Override
    public boolean allows(Caller caller, Action action, RoomName room) {
        note(caller.name() + " " + action + " " + room.name());
        return !denied.contains(action);
    }

    @Override
    public Verdict accept(Caller caller, RoomName room, Json data) {
        note(caller.name() + " says " + data.raw());
        return verdict.apply(data);
    }

    private void note(String what) {
        asked.add(what);
        threads.add(Thread.currentThread());
        underWay.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.decrementAndGet();
        }
    }
}
