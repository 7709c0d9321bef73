package dev.parley.room;

import dev.parley.backplane.Entry;
import dev.parley.backplane.Position;
import dev.parley.connection.Outgoing;
import dev.parley.node.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Live entries of a room that are held for one member until it has been told what it had missed; beyond a thousand, or four million
 * characters, it has missed these, too. The room's loop's own.
 */
final class Early {
    private static final int MAX_ENTRIES = 1_000;
    private static final long MAX_CHARACTERS = 4 * 1024 * 1024;

    private final Budget budget;
    private final List<Held> held = new ArrayList<>(0);
    private long characters;
    private boolean hasMissed;

    private record Held(Position position, Outgoing message) {}

    Early(Budget budget) {
        this.budget = budget;
    }

    void hold(List<Entry> entries, List<Outgoing> messages) {
        for (Entry entry : entries) {
            characters += entry.draft().text().length();
        }
        if (held.size() + entries.size() > MAX_ENTRIES || characters > MAX_CHARACTERS) {
            miss();
        }
        for (int i = 0; i < entries.size() && !hasMissed; i++) {
            messages.get(i).retain(budget);
            held.add(new Held(entries.get(i).position(), messages.get(i)));
        }
    }

    /** Lets go of all, and holds nothing more. */
    void miss() {
        letGo();
        hasMissed = true;
    }

    /** Begins again. */
    void clear() {
        letGo();
        hasMissed = false;
    }

    boolean hasMissed() {
        return hasMissed;
    }

    void each(BiConsumer<Position, Outgoing> reader) {
        held.forEach(live -> reader.accept(live.position(), live.message()));
    }

    void letGo() {
        held.forEach(live -> live.message().release(budget));
        held.clear();
        characters = 0;
    }
}
