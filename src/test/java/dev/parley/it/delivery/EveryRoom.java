package dev.parley.it.delivery;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.RoomName;
import dev.parley.RoomPolicy;

/** The rooms that nobody else decides about. */
public final class EveryRoom implements RoomPolicy {
    @Override
    public boolean allows(Caller caller, Action action, RoomName room) {
        return true;
    }
}
