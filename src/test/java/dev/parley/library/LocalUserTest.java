package dev.parley.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.Fake;
import dev.parley.Json;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Presence;
import dev.parley.Publication;
import dev.parley.Published;
import dev.parley.api.Node;
import dev.parley.api.Users;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.node.Budget;
import jakarta.servlet.ServletContext;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users, as an application sees them. */
@Timeout(60)
final class LocalUserTest {
    private final MemoryBackplane backplane =
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Node node = new Node("one", backplane);
    private final LocalParley parley = parley();

    private static LocalParley parley() {
        Map<String, Object> attributes = new HashMap<>();
        return LocalParley.of(Fake.of(ServletContext.class, (method, arguments) -> switch (method) {
            case "getAttribute" -> attributes.get((String) arguments[0]);
            case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
            default -> throw new AssertionError("unexpected call of " + method);
        }));
    }

    private Parley started(boolean inboxes) {
        parley.started(backplane, node.cluster, new Users(node.query, inboxes), 1_000);
        return parley;
    }

    @AfterEach
    void stop() {
        parley.close();
        node.close();
        backplane.close();
    }

    private static <T> T done(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
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
