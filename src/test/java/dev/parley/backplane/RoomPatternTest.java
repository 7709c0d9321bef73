package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RoomPatternTest {
    @Test
    void variablesStandForPartsOfTheName() {
        assertThat(match("order-{id}", "order-42")).contains(Map.of("id", "42"));
        assertThat(match("order-{id}", "order-42-a")).contains(Map.of("id", "42-a"));
        assertThat(match("{shop}-{id}", "a-42-b")).contains(Map.of("shop", "a", "id", "42-b"));
        assertThat(match("order-{id}", "order-")).isEmpty();
        assertThat(match("{shop}.{id}.live", "a.b.c.live")).isEmpty();
        assertThat(match("a.b", "axb")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "{a}{b}", "*{a}", "{a}*", "*-{a}-*", "{a}-{a}", "{}", "{a", "a}", "{1}", "A", "a b", "{a-b}", "a/b"
            })
    void whatIsNoneOrCouldBeReadInTwoWaysIsRefused(String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> new RoomPattern(pattern));
    }

    @Test
    void theMostSpecificComesFirst() {
        List<String> order = List.of("order-vip-1", "order-vip-{id}", "order-{id}", "order-*", "{a}-{b}", "{a}", "*");
        List<RoomPattern> patterns =
                new ArrayList<>(order.stream().map(RoomPattern::new).toList());
        Collections.shuffle(patterns, new Random(7));
        assertThat(patterns.stream().sorted().map(RoomPattern::toString)).containsExactlyElementsOf(order);
    }

    /** All readings that the rule about variables allows, found without a regular expression. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{a}-{b}",
                "{a}-{b}-*",
                "*-{a}-{b}",
                "*-{a}:{b}",
                "{a}-*-{b}",
                "{a}:*-{b}o",
                "o{a}o{b}o",
                "a*b{c}-{d}",
                "*ab{c}",
                "{a}.{b}.{c}"
            })
    void everyNameIsReadInOneWayOnly(String pattern) {
        List<String> parts = Stream.of(pattern.split("(?=[{*])|(?<=[}*])")).toList();
        Random random = new Random(13);
        int read = 0;
        for (int round = 0; round < 3_000; round++) {
            String name = random.ints(1 + random.nextInt(12), 0, 6)
                    .mapToObj(i -> "abo-.:".substring(i, i + 1))
                    .collect(Collectors.joining());
            Optional<RoomId> room = RoomId.parse(name);
            if (room.isPresent()) {
                List<Map<String, String>> readings = new ArrayList<>();
                read(parts, 0, name, Map.of(), readings);
                assertThat(readings).as(name).hasSizeLessThanOrEqualTo(1);
                assertThat(match(pattern, name))
                        .as(name)
                        .isEqualTo(readings.stream().findFirst());
                read += readings.size();
            }
        }
        assertThat(read).isGreaterThan(5);
    }

    private static void read(
            List<String> parts, int at, String rest, Map<String, String> known, List<Map<String, String>> readings) {
        if (at == parts.size()) {
            if (rest.isEmpty() && !readings.contains(known)) {
                readings.add(known);
            }
            return;
        }
        String part = parts.get(at);
        if (!part.startsWith("{") && !part.equals("*")) {
            if (rest.startsWith(part)) {
                read(parts, at + 1, rest.substring(part.length()), known, readings);
            }
            return;
        }
        for (int length = part.equals("*") ? 0 : 1; length <= rest.length(); length++) {
            String value = rest.substring(0, length);
            if (part.equals("*")) {
                read(parts, at + 1, rest.substring(length), known, readings);
            } else if (mayBe(value, parts, at)) {
                Map<String, String> more = new HashMap<>(known);
                more.put(part.substring(1, part.length() - 1), value);
                read(parts, at + 1, rest.substring(length), more, readings);
            }
        }
    }

    private static boolean mayBe(String value, List<String> parts, int at) {
        boolean reachesForward =
                at + 1 < parts.size() && value.contains(parts.get(at + 1).substring(0, 1));
        String before = at == 0 ? "" : parts.get(at - 1);
        boolean reachesBack =
                parts.subList(0, at).contains("*") && value.contains(before.substring(before.length() - 1));
        return !reachesForward && !reachesBack;
    }

    private static Optional<Map<String, String>> match(String pattern, String name) {
        return new RoomPattern(pattern).match(new RoomId(name));
    }
}
