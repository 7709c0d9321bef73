package dev.parley.it.orders;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.Verdict;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Who may watch an order, and what may be said about it. */
@ApplicationScoped
public class OrderPolicy implements RoomPolicy {
    @Inject
    Orders orders;

    @Override
    public String rooms() {
        return "order-{id}";
    }

    @Override
    public boolean allows(Caller caller, Action action, RoomName room) {
        return caller.hasRole("staff") || orders.belongsTo(room.variable("id"), caller.name());
    }

    @Override
    public Verdict accept(Caller caller, RoomName room, Json data) {
        return data.raw().length() > 100
                ? Verdict.reject("too-long", "Please write less, " + caller.name() + ".")
                : Verdict.accept();
    }
}
