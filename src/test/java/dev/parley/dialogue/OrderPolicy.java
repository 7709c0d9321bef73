package dev.parley.dialogue;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.Verdict;

/** The policy of the page about policies. */
public final class OrderPolicy implements RoomPolicy {
    private final Orders orders;

    public OrderPolicy(Orders orders) {
        this.orders = orders;
    }

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
        if (data.raw().length() > 1_000) {
            return Verdict.reject("too-long", "Please write less.");
        }
        return Verdict.accept();
    }

    /** What the shop knows. */
    @FunctionalInterface
    interface Orders {
        boolean belongsTo(String order, String user);
    }
}
