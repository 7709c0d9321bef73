package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.protocol.Json;
import java.util.Optional;

/**
 * What becomes of messages that a JSON client of a room is too slow for: it says which of them make a series of which the last is
 * worth most. Where the client's outbox is full, the oldest of such a series are left out, and the client is told how many; if
 * there are none, it is closed with 4001. Stateless.
 */
@FunctionalInterface
public interface Overflow {
    /** None is left out: the client is closed, and can resume. */
    Overflow CLOSE = draft -> Optional.empty();

    /** The whole room is one series: new is better than old. */
    Overflow DROP_OLDEST = draft -> Optional.of("");

    /** What somebody said last is worth most. */
    Overflow CONFLATE_BY_USER = draft -> said(draft).map(text -> draft.author().user());

    /** Of messages that are objects with the same value in a member of that name, the last is worth most; no other is left out. */
    static Overflow conflateBy(String member) {
        return draft -> Optional.of(draft.text())
                .filter(text -> draft.kind() == Draft.Kind.JSON)
                .flatMap(Json::parse)
                .flatMap(Json::members)
                .flatMap(members -> Optional.ofNullable(members.get(member)))
                .map(Json::compact);
    }

    /** The name of the message's series within its room; nothing if it must not be left out. */
    Optional<String> series(Draft draft);

    /** That a text client has left was said by nobody, and is not made up for by anything later. */
    private static Optional<String> said(Draft draft) {
        return draft.kind() == Draft.Kind.LEFT ? Optional.empty() : Optional.of(draft.text());
    }
}
