package dev.parley.it.delivery;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.Verdict;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who may watch an order, and what may be said there. */
public final class OrderPolicy implements RoomPolicy {
    static final Set<String> WITHDRAWN = ConcurrentHashMap.newKeySet();

    @Override
    public String rooms() {
        return "order-{id}";
    }

    @Override
    public boolean allows(Caller caller, Action action, RoomName room) {
        return !WITHDRAWN.contains(room.variable("id"));
    }

    @Override
    public Verdict accept(Caller caller, RoomName room, Json data) {
        return data.raw().contains("damn") ? Verdict.reject("rude", "mind your words") : Verdict.accept();
    }
}
