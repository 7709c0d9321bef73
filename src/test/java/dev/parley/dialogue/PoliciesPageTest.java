package dev.parley.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.Json;
import dev.parley.RoomName;
import dev.parley.Verdict;
import dev.parley.backplane.RoomId;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Outbound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the page about policies shows is what there is. */
final class PoliciesPageTest {
    private static final Caller CAROL =
            new Caller("carol", Set.of(), Set.of("shop:red"), Map.of("orders", List.of(7, 42)));

    private final String page = read("src/site/markdown/policies.md");

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String after(String fence) {
        String rest = page.substring(page.indexOf(fence) + fence.length());
        return rest.substring(0, rest.indexOf("```"));
    }

    @Test
    void itsRulesAreRules() {
        RoomRules rules = RoomRules.parse(after("```\n").lines().toList());

        for (String room : List.of("lobby", "news", "inbox-carol", "order-42", "red.7")) {
            assertThat(rules.allow(CAROL, Action.JOIN, new RoomId(room)))
                    .as(room)
                    .isTrue();
        }
        for (String room : List.of("team-a", "inbox-bob", "order-4", "blue.7")) {
            assertThat(rules.allow(CAROL, Action.JOIN, new RoomId(room)))
                    .as(room)
                    .isFalse();
        }
    }

    @Test
    void itsPolicyIsCode() {
        String shown = after("```java\n");
        assertThat(read("src/test/java/dev/parley/dialogue/OrderPolicy.java"))
                .contains(shown.substring(0, shown.lastIndexOf('}')).stripTrailing());

        OrderPolicy policy = new OrderPolicy((order, user) -> order.equals("42") && user.equals("carol"));
        RoomName room = new RoomName("order-42", Map.of("id", "42"));
        assertThat(policy.allows(CAROL, Action.JOIN, room)).isTrue();
        assertThat(policy.allows(new Caller("eve", Set.of("staff"), Set.of(), Map.of()), Action.JOIN, room))
                .isTrue();
        assertThat(policy.allows(Caller.ANONYMOUS, Action.JOIN, room)).isFalse();
        assertThat(policy.accept(CAROL, room, Json.raw(" 1 "))).isEqualTo(Verdict.accept());
        assertThat(page)
                .contains(new Outbound.Rejected("3", "too-long", "Please write less.").text())
                .contains(new Outbound.Left(null, "order-42", Outbound.Left.REMOVED).text())
                .contains("\"code\":\"" + ErrorCode.FORBIDDEN.word() + "\",\"retry\":false");
        Verdict verdict = policy.accept(CAROL, room, Json.raw("\"" + "x".repeat(1_000) + "\""));
        assertThat(verdict).isEqualTo(Verdict.reject("too-long", "Please write less."));
    }
}
