package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.node.Budget;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PresentTest {
    private final Workers workers = new Workers();
    private final Rooms rooms = new Rooms(
            new MemoryBackplane(1_000, Clock.systemUTC(), new Budget(Long.MAX_VALUE)),
            workers,
            1_000,
            id -> Overflow.CLOSE,
            new Budget(Long.MAX_VALUE),
            Integer.MAX_VALUE);

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void aSnapshotStaysAsItWasWhoeverComesAndGoesLater() {
        List<Member> members = Stream.of("ann", "bob", "cem", "dot", "eve")
                .<Member>map(user -> rooms.join(new RoomId("news"), new Peer(workers).connection(), user))
                .toList();
        Present three = Present.NOBODY.with(members.get(0)).with(members.get(1)).with(members.get(2));
        Present four = three.with(members.get(3));
        Present left = four.without(members.get(1));
        Present again = left.with(members.get(4));

        assertThat(three).containsExactlyElementsOf(members.subList(0, 3));
        assertThat(four).containsExactlyElementsOf(members.subList(0, 4));
        assertThat(left).containsExactly(members.get(0), members.get(2), members.get(3));
        assertThat(again).containsExactly(members.get(0), members.get(2), members.get(3), members.get(4));
        assertThat(again.stream()).containsExactlyElementsOf(again);
        assertThat(three.without(members.get(4))).isSameAs(three);
    }
}
