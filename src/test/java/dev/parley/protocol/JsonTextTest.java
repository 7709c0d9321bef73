package dev.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class JsonTextTest {
    @Test
    void treeIsWrittenInItsOrder() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("b", List.of(1, 2.5, true));
        tree.put("a", Arrays.asList(null, "x"));
        tree.put("c", Map.of());

        assertThat(JsonText.of(tree)).isEqualTo("{\"b\":[1,2.5,true],\"a\":[null,\"x\"],\"c\":{}}");
    }

    @Test
    void nothingInAStringCanEndALineAScriptOrTheString() {
        assertThat(JsonText.of("a\"b\\c\nd\u0000</script>\u2028\u0085é€😀"))
                .isEqualTo("\"a\\\"b\\\\c\\u000ad\\u0000\\u003c/script>\\u2028\\u0085é€😀\"");
    }

    @Test
    void numbersThatJsonDoesNotHaveAreNull() {
        assertThat(JsonText.of(List.of(Double.NaN, Double.POSITIVE_INFINITY))).isEqualTo("[null,null]");
    }

    @Test
    void whatIsJsonAlreadyStaysAsItIs() {
        assertThat(JsonText.of(Map.of("data", new JsonText.Verbatim("[1]")))).isEqualTo("{\"data\":[1]}");
    }

    record Line(String item, Optional<String> note, Map<String, Object> more, Object sizes) {}

    @Test
    void recordIsAnObjectOfWhatIsNotEmptyInItAndMapsInsideAreObjects() {
        Line line = new Line("tea", Optional.empty(), Map.of("at", Json.parse("[1, 2]")), new int[] {3, 4});

        assertThat(JsonText.of(List.of(line)))
                .isEqualTo("[{\"item\":\"tea\",\"more\":{\"at\":[1, 2]},\"sizes\":[3,4]}]");
    }

    @Test
    void valuesOfOthersAreWrittenAsTheyAreToldAtAnyDepth() {
        assertThat(JsonText.of(
                        List.of(Map.of("a", 'x')), one -> one instanceof Character ? new JsonText.Verbatim("7") : one))
                .isEqualTo("[{\"a\":7}]");
    }
}
