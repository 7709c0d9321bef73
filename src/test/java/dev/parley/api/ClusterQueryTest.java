package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.backplane.ControlBus;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.node.Budget;
import dev.parley.protocol.Json;
import dev.parley.protocol.JsonText;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ClusterQueryTest {
    private final MemoryBackplane backplane =
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Node one = new Node("one", backplane);
    private final Node two = new Node("two", backplane);
    private final List<String> words = new ArrayList<>();

    @BeforeEach
    void meet() {
        one.cluster.tell(() -> Map.of("node", "one"));
        two.cluster.tell(() -> Map.of("node", "two"));
        backplane.control().subscribe(words::add);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        backplane.close();
    }

    @Test
    void listShowsWhatIsOnEveryNodeWhicheverIsAsked() throws Exception {
        one.audit.note("eve", "something", "done");
        two.audit.note("ada", "something else", "done");

        for (Node asked : List.of(one, two)) {
            String found = ask(asked, Map.of());
            assertThat(found)
                    .contains("\"who\":\"eve\"", "\"node\":\"one\"", "\"who\":\"ada\"", "\"node\":\"two\"")
                    .contains("\"all\":2", "\"silent\":[]");
        }
    }

    @Test
    void onlyTheNodeThatIsNamedAnswers() throws Exception {
        one.audit.note("eve", "something", "done");
        two.audit.note("ada", "something else", "done");

        assertThat(ask(one, Map.of("node", "two"))).contains("\"who\":\"ada\"").doesNotContain("\"who\":\"eve\"");
        assertThat(ask(one, Map.of("node", "one"))).contains("\"who\":\"eve\"").doesNotContain("\"who\":\"ada\"");
        assertThat(ask(one, Map.of("node", "three"))).contains("\"audit\":[]");
    }

    @Test
    void longAnswerComesInAsManyWordsAsItNeedsNoneOfThemTooLong() throws Exception {
        IntStream.range(0, 50).forEach(i -> two.audit.note("ada", "<".repeat(150) + i, "done"));

        String found = ask(one, Map.of());

        assertThat(found.split("\"who\":\"ada\"", -1)).hasSize(51);
        assertThat(words.stream().filter(word -> word.contains("\"do\":\"answer\"")))
                .hasSizeGreaterThan(10);
        assertThat(words).allSatisfy(word -> assertThat(word.length()).isLessThanOrEqualTo(ControlBus.MAX_CHARACTERS));
    }

    @Test
    void nodeThatDoesNotAnswerIsNamedAfterASecond() throws Exception {
        one.audit.note("eve", "something", "done");
        two.close(); // others remember it for a while

        String found = ask(one, Map.of());

        assertThat(found).contains("\"who\":\"eve\"", "\"silent\":[\"two\"]");
    }

    @Test
    void viewThatANodeDoesNotKnowHasNoRows() throws Exception {
        String found = JsonText.of(one.query
                .ask(new ClusterQuery.Question("of the future", Map.of(), 10))
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS));

        assertThat(found).contains("\"of the future\":[]", "\"silent\":[]");
    }

    @Test
    void filterThatIsTooLongIsRefusedAndListsGoOnShowingAllNodes() throws Exception {
        two.audit.note("ada", "something", "done");
        for (int i = 0; i < 205; i++) {
            assertThat(Call.get("/connections")
                            .by("vera", "parley-viewer")
                            .parameter("user", "x".repeat(2_500))
                            .to(one.servlet)
                            .status())
                    .isEqualTo(400);
        }

        assertThat(ask(one, Map.of())).contains("\"who\":\"ada\"");
    }

    @Test
    void questionThatCannotBeSaidIsForgotten() throws Exception {
        two.audit.note("ada", "something", "done");
        for (int i = 0; i < 205; i++) {
            assertThatThrownBy(() -> one.query.ask(
                            new ClusterQuery.Question("x".repeat(ControlBus.MAX_CHARACTERS), Map.of(), 10)))
                    .isInstanceOf(RuntimeException.class);
        }

        assertThat(ask(one, Map.of())).contains("\"who\":\"ada\"");
    }

    private static String ask(Node node, Map<String, String> filter)
            throws InterruptedException, ExecutionException, TimeoutException {
        String found = JsonText.of(node.query
                .ask(new ClusterQuery.Question("audit", filter, 100))
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS));
        assertThat(Json.parse(found)).isPresent();
        return found;
    }
}
