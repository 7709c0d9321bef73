package dev.parley.it.counter;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;
import dev.parley.Verdict;
import java.sql.SQLException;

/** Who may watch an order, and what may be said about it. Named in {@code META-INF/services}. */
public final class OrderPolicy implements RoomPolicy {
    @Override
    public String rooms() {
        return "order-{id}";
    }

    @Override
    public boolean allows(Caller caller, Action action, RoomName room) {
        try {
            return caller.hasRole("staff") || Orders.belongsTo(room.variable("id"), caller.name());
        } catch (SQLException away) {
            throw new IllegalStateException("who has which order is not known", away);
        }
    }

    @Override
    public Verdict accept(Caller caller, RoomName room, Json data) {
        return data.raw().length() > 100
                ? Verdict.reject("too-long", "Please write less, " + caller.name() + ".")
                : Verdict.accept();
    }
}
