package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PathTemplateTest {
    private final PathTemplate item = new PathTemplate("/items/{item_id}/ws");

    @Test
    void variableIsOneWholeSegment() {
        assertThat(item.match(List.of("items", "foo bar", "ws"))).contains(Map.of("item_id", "foo bar"));
        assertThat(item.match(List.of("items", "a", "b", "ws"))).isEmpty();
        assertThat(item.match(List.of("items", "a"))).isEmpty();
        assertThat(item.match(List.of("items", "a", "ws", ""))).isEmpty();
    }

    @Test
    void severalVariablesHaveEachItsOwnValue() {
        PathTemplate template = new PathTemplate("/a/{x}/b/{y}");

        assertThat(template.match(List.of("a", "1", "b", "2"))).contains(Map.of("x", "1", "y", "2"));
    }

    @Test
    void literalsAreCaseSensitive() {
        assertThat(item.match(List.of("Items", "a", "ws"))).isEmpty();
        assertThat(item.match(List.of("items", "a", "WS"))).isEmpty();
    }

    @Test
    void templateWithoutVariablesMatchesItselfAlone() {
        PathTemplate echo = new PathTemplate("/ws");

        assertThat(echo.match(List.of("ws"))).contains(Map.of());
        assertThat(echo.match(List.of("ws", ""))).isEmpty();
        assertThat(echo.match(List.of(""))).isEmpty();
    }

    /** Any of these is another path, or the container resolves it to one. */
    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "/", ".", ".."})
    void whatIsNoSegmentIsNoValue(String given) {
        assertThat(item.match(List.of("items", given, "ws"))).isEmpty();
    }

    /** Containers cut off path parameters before they resolve dot segments, so {@code ..;x} is one of those. */
    @ParameterizedTest
    @ValueSource(strings = {"..;", "..;a=b", ".;", ".;a=b"})
    void dotSegmentWithAPathParameterIsNoValue(String given) {
        assertThat(item.match(List.of("items", given, "ws"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"...", ".a", "a.", "+", "%2F", "{item_id}", " ", "é", "😀", "a;b", "...;a", ";", ";.."})
    void anythingElseIsAValue(String given) {
        assertThat(item.match(List.of("items", given, "ws"))).contains(Map.of("item_id", given));
    }

    @Test
    void itDeclaresItsVariablesAndNothingElse() {
        assertThat(item.declares("item_id")).isTrue();
        assertThat(item.declares("items")).isFalse();
        assertThat(item.declares("ITEM_ID")).isFalse();
        assertThat(item).hasToString("/items/{item_id}/ws");
    }

    @Test
    void templatesThatDifferInNamesOnlyAreEqual() {
        assertThat(new PathTemplate("/a/{x}/b"))
                .isEqualTo(new PathTemplate("/a/{y}/b"))
                .hasSameHashCodeAs(new PathTemplate("/a/{y}/b"))
                .isNotEqualTo(new PathTemplate("/a/{x}/c"))
                .isNotEqualTo(new PathTemplate("/a/x/b"))
                .isNotEqualTo(new PathTemplate("/a/{x}"));
    }

    @Test
    void firstSegmentThatDiffersDecidesAndALiteralComesFirst() {
        assertThat(Stream.of("/a/{x}/{y}", "/a/{x}/c", "/a/b/{y}", "/a/{x}", "/a/b/c", "/a/b")
                        .map(PathTemplate::new)
                        .sorted())
                .map(PathTemplate::toString)
                .containsExactly("/a/b", "/a/b/c", "/a/b/{y}", "/a/{x}", "/a/{x}/c", "/a/{x}/{y}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ws",
                "{a}",
                "/{a}",
                "/{a}/ws",
                "/",
                "/ws/",
                "//ws",
                "/a//b",
                "/a/{}",
                "/a/{b",
                "/a/b}",
                "/a/x{b}",
                "/a/{b}x",
                "/a/{b}{c}",
                "/a/{b c}",
                "/a/{b}/{b}",
                "/a/.",
                "/../a",
                "/a?b",
                "/a#b",
                "/a%20b",
                "/a b",
                "/a;b",
                "/a\\b",
                "/a\n"
            })
    void templateThatSomeServerGetsWrongIsRefused(String template) {
        assertThatThrownBy(() -> new PathTemplate(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(": " + template);
    }
}
