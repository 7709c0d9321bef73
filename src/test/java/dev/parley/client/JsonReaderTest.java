package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonReaderTest {
    @Test
    void valuesAreRead() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("a", Arrays.asList(1L, -2.5, 1e3, true, false, null));
        expected.put("text", "\"\\/\b\f\n\r\té€\uD83D\uDE00");
        expected.put("big", new BigInteger("123456789012345678901234567890"));
        expected.put("long", Long.MIN_VALUE);
        expected.put("empty", List.of(Map.of(), List.of()));
        assertThat(
                        JsonReader.value(
                                " { \"a\" : [ 1 , -2.5,1e3,true,false,null ], \"text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\uD83D\\uDE00\","
                                        + "\"big\":123456789012345678901234567890,\"long\":-9223372036854775808,\"empty\":[{},[]]} "))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[1,]",
                "[1 2]",
                "{\"a\":}",
                "{\"a\" 1}",
                "{a:1}",
                "{\"a\":1,}",
                "01",
                "1.",
                ".5",
                "+1",
                "-",
                "1e",
                "nul",
                "truee",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\n\"",
                "1 2",
                "[1]]",
                "NaN"
            })
    void whatIsNoValueIsRefused(String text) {
        assertThatThrownBy(() -> JsonReader.value(text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JsonReader.members("{\"a\":" + text + "}"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void depthHasALimit() {
        assertThat(JsonReader.value("[".repeat(100) + "]".repeat(100))).isNotNull();
        assertThatThrownBy(() -> JsonReader.value("[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JsonReader.members("{\"a\":" + "[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void membersAndElementsAreTextAsItWasWritten() {
        assertThat(JsonReader.members("{\"a\": [1,  2] ,\"b\":\"x\\u0041\",\"a\":{\"c\" :1}}"))
                .isEqualTo(Map.of("a", "{\"c\" :1}", "b", "\"x\\u0041\""));
        assertThat(JsonReader.elements("[ 1.50, {\"a\" :[]} ,\"]\"]")).containsExactly("1.50", "{\"a\" :[]}", "\"]\"");
    }

    @Test
    void plainBindingReadsWhatItWrites() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("text", "\"\\\n\u0001é");
        value.put("list", Arrays.asList(1L, 2.5, null, true, Map.of(), List.of()));
        value.put("json", Json.raw("{\"x\" :1}"));
        String json = JsonBinding.plain().write(value);
        assertThat(json)
                .isEqualTo(
                        "{\"text\":\"\\\"\\\\\\u000a\\u0001é\",\"list\":[1,2.5,null,true,{},[]],\"json\":{\"x\" :1}}");
        assertThat(JsonBinding.plain().read(json, Map.class).get("text")).isEqualTo("\"\\\n\u0001é");
        assertThatThrownBy(() -> JsonBinding.plain().read("1", String.class))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JsonBinding.plain().write(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
