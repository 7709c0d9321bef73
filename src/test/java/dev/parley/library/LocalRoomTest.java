package dev.parley.library;

import static dev.parley.library.StartedParley.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Json;
import dev.parley.Members;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Publication;
import dev.parley.Published;
import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.Follower;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Signal;
import dev.parley.backplane.memory.MemoryBackplane;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rooms, as an application sees them. */
@Timeout(60)
final class LocalRoomTest {
    private static final RoomId NEWS = new RoomId("news");

    private final StartedParley started = new StartedParley();
    private final MemoryBackplane backplane = started.backplane;
    private final LocalParley parley = started.parley;

    private Parley started() {
        return started.start(true, 10_000);
    }

    @AfterEach
    void stop() {
        started.close();
    }

    @Test
    void whatIsSignalledIsToldToWhoIsInAndStoredByNobody() throws Exception {
        List<Signal> heard = Collections.synchronizedList(new ArrayList<>());
        backplane.follow(NEWS, new Follower() {
            @Override
            public void appended(Entry entry) {
                throw new AssertionError("stored");
            }

            @Override
            public void signalled(Signal signal) {
                heard.add(signal);
            }
        });

        done(started().room("news").signal(Map.of("x", 1)));

        assertThat(heard)
                .containsExactly(new Signal(
                        "application",
                        "{\"type\":\"signal\",\"room\":\"news\",\"from\":{\"user\":\"application\",\"connection\":\"application\"},"
                                + "\"data\":{\"x\":1}}"));
        assertThat(started.rooms.signals()).isEqualTo(1);
    }

    @Test
    void aSignalThatIsTooLongIsRefused() throws Exception {
        Parley started = started();
        done(started.room("news").signal("x".repeat(4_094)));

        assertThatThrownBy(() -> done(started.room("news").signal("x".repeat(4_095))))
                .cause()
                .isInstanceOfSatisfying(
                        ParleyException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ParleyException.Code.REFUSED));
    }

    @Test
    void theSameIsSaidInSeveralRoomsOnce() throws Exception {
        Publication publication = Publication.of(Json.raw("{\"n\":1}")).key("k");

        Map<String, Published> first = done(started().publish(List.of("news", "attic"), publication));
        Map<String, Published> again = done(parley.publish(List.of("attic", "news"), publication));

        assertThat(first).containsOnlyKeys("news", "attic");
        assertThat(first.values()).noneMatch(Published::duplicate);
        first.forEach(
                (room, published) -> assertThat(again.get(room)).isEqualTo(new Published(published.position(), true)));
        assertThat(done(parley.room("attic").history(Long.MAX_VALUE, 10)))
                .singleElement()
                .satisfies(message -> assertThat(message.data().raw()).isEqualTo("{\"n\":1}"));
    }

    @Test
    void roomsThatAreNoneOrTooManyAreRefusedBeforeAnythingIsStored() {
        List<String> tooMany = new ArrayList<>();
        for (int i = 0; i <= 100; i++) {
            tooMany.add("r" + i);
        }
        for (List<String> rooms : List.of(List.<String>of(), List.of("news", "NO"), List.of("~carol"), tooMany)) {
            assertThatIllegalArgumentException().isThrownBy(() -> parley.publish(rooms, 1));
        }
        assertThatThrownBy(() -> done(started().publish(List.of("news", "attic"), "x".repeat(10_000))))
                .cause()
                .isInstanceOf(ParleyException.class);
    }

    @Test
    void membersHaveWhatTheySayOfThemselves() throws Exception {
        Draft.Author alice = new Draft.Author("alice", "a1");
        backplane
                .presence()
                .enter(NEWS, new Draft("a", alice, Draft.Kind.JSON, Occupant.status(1, "{\"is\":\"here\"}")));
        backplane.presence().enter(NEWS, new Draft("b", new Draft.Author("bob", "b1"), Draft.Kind.JSON, "null"));

        Members members = done(started().room("news").members());

        assertThat(members.connections()).isEqualTo(Map.of("alice", 1, "bob", 1));
        assertThat(members.data()).containsOnlyKeys("alice");
        assertThat(members.data().get("alice").raw()).isEqualTo("{\"is\":\"here\"}");
    }
}
