package dev.parley.library;

import static dev.parley.library.StartedParley.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.Json;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Presence;
import dev.parley.Publication;
import dev.parley.Published;
import dev.parley.api.Node;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users, as an application sees them. */
@Timeout(60)
final class LocalUserTest {
    private final StartedParley started = new StartedParley();
    private final MemoryBackplane backplane = started.backplane;
    private final LocalParley parley = started.parley;
    private final Node node = started.node;

    private Parley started(boolean inboxes) {
        return started.start(inboxes, 1_000);
    }

    @AfterEach
    void stop() {
        started.close();
    }

    @Test
    void whatIsPublishedStandsInTheInboxOfThatNameOnce() throws Exception {
        Parley started = started(true);
        Publication publication =
                Publication.of(Json.raw("{\"order\":42}")).key("k").from("shop");

        Published first = done(started.user("Кэрол").publish(publication));
        Published again = done(started.user("Кэрол").publish(publication));
        done(started.user("кэрол").publish("other"));

        assertThat(first.duplicate()).isFalse();
        assertThat(again).isEqualTo(new Published(first.position(), true));
        assertThat(done(backplane.readBefore(RoomId.inbox("Кэрол").orElseThrow(), Long.MAX_VALUE, 10, 1_000))
                        .entries())
                .extracting(
                        entry -> entry.draft().author().user(),
                        entry -> entry.draft().text())
                .containsExactly(org.assertj.core.api.Assertions.tuple("shop", "{\"order\":42}"));
    }

    @Test
    void whatIsSaidWithoutATransactionIsPublishedAtOnce() throws Exception {
        started(true).user("carol").publishAfterCommit("shipped");

        RoomId inbox = RoomId.inbox("carol").orElseThrow();
        await().untilAsserted(() -> assertThat(done(backplane.readBefore(inbox, Long.MAX_VALUE, 10, 1_000))
                        .entries())
                .extracting(entry -> entry.draft().text())
                .containsExactly("\"shipped\""));
    }

    @Test
    void whereInboxesAreOffNothingIsPublished() {
        assertThatThrownBy(() -> done(started(false).user("carol").publish(1)))
                .cause()
                .isInstanceOfSatisfying(ParleyException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ParleyException.Code.REFUSED);
                    assertThat(refused).hasMessageContaining("parley.inboxes");
                });
    }

    @Test
    void nobodyIsOnlineWhoIsNotConnected() throws Exception {
        Presence nobody = done(started(true).user("carol").presence());

        assertThat(nobody.isOnline()).isFalse();
        assertThat(nobody.connections()).isZero();
        assertThat(nobody.since()).isEmpty();
    }

    @Test
    void whereANodeIsSilentNobodyIsSaidToBeAway() {
        node.cluster.tell(() -> Map.of("node", "one"));
        backplane.control().send("{\"do\":\"status\",\"node\":\"frozen\",\"from\":\"frozen\",\"is\":{}}");

        assertThatThrownBy(() -> done(started(true).user("carol").presence()))
                .cause()
                .isInstanceOfSatisfying(ParleyException.class, unknown -> {
                    assertThat(unknown.mayRetry()).isTrue();
                    assertThat(unknown).hasMessageContaining("frozen");
                });
    }

    @Test
    void namesAndReasonsHaveLimits() {
        for (String name : List.of("", "c".repeat(256), "\ud83d")) {
            assertThatIllegalArgumentException().isThrownBy(() -> parley.user(name));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parley.user("carol").disconnect("€".repeat(42)));
        assertThat(parley.user("c".repeat(255)).name()).hasSize(255);
    }

    @Test
    void anInboxIsNoRoom() {
        assertThatIllegalArgumentException().isThrownBy(() -> parley.room("~carol"));
    }
}
