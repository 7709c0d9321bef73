package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.connection.Outgoing;

/** How a member sees a room: the shape of what it is sent. Stateless; an entry is rendered once for all who see it alike. */
public interface Window {
    /** Whether an entry is seen at all; by default all but what was erased, for which there are no words. */
    default boolean shows(Entry entry) {
        return entry.draft().kind() != Draft.Kind.ERASED;
    }

    /** What everybody who looks through this window is sent for an entry that it shows. */
    String render(Entry entry);

    /** The same on its way out, to those who are there when it is said. */
    default Outgoing live(Entry entry) {
        return new Outgoing(render(entry));
    }

    /** What the author alone is sent just before, for an own message that has been stored. */
    String acknowledge(Draft own);
}
