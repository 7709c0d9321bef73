package dev.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{]",
                "[1,]",
                "{\"a\":1,}",
                "{\"a\"}",
                "{a:1}",
                "{'a':1}",
                "1 2",
                "{} {}",
                "[] x",
                "01",
                "+1",
                "1.",
                ".5",
                "1e",
                "--1",
                "NaN",
                "Infinity",
                "tru",
                "nul",
                "TRUE",
                "\"",
                "\"\n\"",
                "\"\\x\"",
                "\"\\u12\"",
                "// x\n1",
                "/* x */ 1",
                "{\"a\":}",
                "[,]",
                "\u0000",
                "\uFEFF{}",
                "[1 2]",
                "{\"a\":1 \"b\":2}",
                "\"a\" \"b\"",
                "#",
                "undefined"
            })
    void whatIsNotOneValueIsNothing(String text) {
        assertThat(Json.parse(text)).isEmpty();
    }

    @Test
    void membersAreWhatWasWrittenToTheLetter() {
        Json json = parse(" { \"a\" : 1.50e+2 , \"b\": [ 1, {\"x\":null} ] ,\"c\":\"\\u20ac\",\"d\":{ },\"e\":true} ");

        Map<String, Json> members = json.members().orElseThrow();

        assertThat(members.keySet()).containsExactly("a", "b", "c", "d", "e");
        assertThat(members.values().stream().map(Json::source))
                .containsExactly("1.50e+2", "[ 1, {\"x\":null} ]", "\"\\u20ac\"", "{ }", "true");
        assertThat(members.values().stream().map(Json::kind))
                .containsExactly(
                        Json.Kind.NUMBER, Json.Kind.ARRAY, Json.Kind.STRING, Json.Kind.OBJECT, Json.Kind.BOOLEAN);
        assertThat(members.get("c").string()).contains("€");
    }

    @Test
    void theLastOfANameCounts() {
        assertThat(parse("{\"a\":1,\"a\":2}").members().orElseThrow().get("a").source())
                .isEqualTo("2");
    }

    @Test
    void integersAreTheLettersThatWereSent() {
        assertThat(parse("-0").integer()).contains("-0");
        assertThat(parse("123456789012345678901234567890").integer()).contains("123456789012345678901234567890");
        assertThat(parse("1.0").integer()).isEmpty();
        assertThat(parse("1e3").integer()).isEmpty();
        assertThat(parse("\"1\"").integer()).isEmpty();
    }

    @Test
    void loneSurrogatesBecomeReplacementCharactersAndPairsStay() {
        assertThat(parse("\"a\\ud800b\\udc00\\ud83d\\ude00\\ud800\"").string()).contains("a\uFFFDb\uFFFD😀\uFFFD");
    }

    @Test
    void nestingHasALimit() {
        String deep = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);

        assertThat(Json.parse(deep)).isPresent();
        assertThat(Json.parse("[" + deep + "]")).isEmpty();
        assertThat(Json.parse("{\"a\":".repeat(100_000))).isEmpty();
        assertThat(Json.parse("[".repeat(1_000_000))).isEmpty();
    }

    @Test
    void numbersAndNamesHaveALimit() {
        assertThat(Json.parse("1".repeat(Json.MAX_NUMBER_LENGTH))).isPresent();
        assertThat(Json.parse("1".repeat(Json.MAX_NUMBER_LENGTH + 1))).isEmpty();
        assertThat(Json.parse("[0." + "1".repeat(Json.MAX_NUMBER_LENGTH) + "]")).isEmpty();
        assertThat(Json.parse("{\"" + "n".repeat(Json.MAX_NAME_LENGTH + 1) + "\":1}"))
                .isEmpty();
    }

    @Test
    void aMillionNamesPassUnreadAndAreGivenToNobody() {
        String many = IntStream.range(0, 1_000_000)
                .mapToObj(i -> "\"k" + i + "\":" + i)
                .collect(Collectors.joining(",", "{", "}"));

        Json payload = parse("{\"data\":" + many + "}").members().orElseThrow().get("data");

        assertThat(payload.source()).isEqualTo(many);
        assertThat(payload.members()).isEmpty();
    }

    @Test
    void compactLeavesOutSpaceBetweenTokensOnly() {
        assertThat(parse("{ \"a \\\" b\" : [ 1 ,\t2 ,\n\"\\\\\" , \" \" ] }").compact())
                .isEqualTo("{\"a \\\" b\":[1,2,\"\\\\\",\" \"]}");
    }

    @Test
    void whatIsQuotedIsReadBackAsItWas() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            String text = text(random);
            StringBuilder quoted = new StringBuilder();
            Json.quote(text, quoted);

            assertThat(parse(quoted.toString()).string()).as("seed %d", SEED).contains(text);
        }
    }

    @Test
    void whateverIsWrittenIsTakenApartAgain() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            Map<String, String> written = new LinkedHashMap<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                written.put(text(random), value(random, 4));
            }
            StringBuilder text = new StringBuilder(space(random)).append('{');
            List<String> members = new ArrayList<>();
            written.forEach((name, value) -> {
                StringBuilder member = new StringBuilder(space(random));
                Json.quote(name, member);
                members.add(member.append(space(random)).append(':').append(space(random)) + value + space(random));
            });
            text.append(String.join(",", members)).append('}').append(space(random));

            Map<String, Json> read = parse(text.toString()).members().orElseThrow();

            assertThat(read.keySet()).as("seed %d", SEED).containsExactlyElementsOf(written.keySet());
            assertThat(read.values().stream().map(Json::source))
                    .as("seed %d", SEED)
                    .containsExactlyElementsOf(written.values());
        }
    }

    @Test
    void damagedTextNeverThrows() {
        Random random = new Random(SEED);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(value(random, 4));
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                int at = random.nextInt(text.length() + 1);
                switch (random.nextInt(3)) {
                    case 0 -> text.insert(at, (char) random.nextInt(0x10000));
                    case 1 -> text.setLength(at);
                    default -> text.insert(at, "{}[]\",:\\0e-".charAt(random.nextInt(11)));
                }
            }
            Json.parse(text.toString()).ifPresent(json -> {
                json.members().ifPresent(members -> members.values().forEach(Json::string));
                json.elements().ifPresent(elements -> elements.forEach(Json::integer));
                assertThat(Json.parse(json.compact())).as("seed %d", SEED).isPresent();
            });
        }
    }

    private static Json parse(String text) {
        return Json.parse(text).orElseThrow();
    }

    private static String value(Random random, int depth) {
        switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> {
                return Integer.toString(random.nextInt());
            }
            case 1 -> {
                return List.of("true", "false", "null").get(random.nextInt(3));
            }
            case 2 -> {
                return Double.toString(random.nextDouble());
            }
            case 3 -> {
                StringBuilder quoted = new StringBuilder();
                Json.quote(text(random), quoted);
                return quoted.toString();
            }
            case 4 -> {
                return IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> space(random) + value(random, depth - 1) + space(random))
                        .collect(Collectors.joining(",", "[", "]"));
            }
            default -> {
                return IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> "\"k" + i + "\"" + space(random) + ":" + value(random, depth - 1))
                        .collect(Collectors.joining(",", "{", "}"));
            }
        }
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(12), 0, 0x11000)
                .map(c -> c >= 0xD800 && c < 0xE000 ? 0x1F600 : random.nextBoolean() ? c % 128 : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String space(Random random) {
        return " \n\t\r".substring(random.nextInt(5));
    }
}
