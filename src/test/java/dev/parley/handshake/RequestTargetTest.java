package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestTargetTest {
    @ParameterizedTest
    @CsvSource({
        "foo%20bar, 'foo bar'",
        "%E2%82%AC, €",
        "%F0%9F%98%80, 😀",
        "a%252Fb, a%2Fb",
        "a%2fb, a/b",
        "a+b, a+b",
        "a%2Bb, a+b",
        "%7e%41, ~A",
        "%0D%0A, '\r\n'",
        "%25, %"
    })
    void segmentsAreDecodedOnceAndKeepTheirPlus(String raw, String decoded) {
        assertThat(path("/items/" + raw + "/ws")).containsExactly("items", decoded, "ws");
    }

    @Test
    void pathIsSplitBeforeItIsDecoded() {
        assertThat(path("/items/a%2Fb/ws")).hasSize(3);
        assertThat(path("/items%2Fws")).containsExactly("items/ws");
    }

    @Test
    void emptySegmentsStay() {
        assertThat(path("/")).containsExactly("");
        assertThat(path("/ws/")).containsExactly("ws", "");
        assertThat(path("//ws")).containsExactly("", "ws");
    }

    @ParameterizedTest
    @CsvSource({
        "a+b, 'a b'",
        "a%20b, 'a b'",
        "a%2Bb, a+b",
        "a%2520b, a%20b",
        "a;x=1, a;x=1",
        "a=b==, a=b==",
        "%E2%82%AC, €",
        "%26x%3D1, &x=1",
        "'', ''"
    })
    void queryValuesAreDecodedAsAForm(String raw, String decoded) {
        assertThat(query("x=" + raw, "x")).containsExactly(decoded);
    }

    @Test
    void queryNamesAreDecodedAndCaseSensitive() {
        assertThat(query("%71+1=x", "q 1")).containsExactly("x");
        assertThat(query("Q=x", "q")).isNull();
    }

    @Test
    void valuesOfARepeatedNameKeepTheirOrder() {
        assertThat(query("a=1&b=2&a=&a=3", "a")).containsExactly("1", "", "3");
    }

    @Test
    void nameAloneHasAnEmptyValue() {
        assertThat(query("a&b=1", "a")).containsExactly("");
        assertThat(query("=1", "")).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&", "&&&"})
    void nothingBetweenAmpersandsIsNoParameter(String query) {
        assertThat(RequestTarget.parse("/", query).query()).isEmpty();
    }

    @Test
    void withoutAQueryThereAreNoParameters() {
        assertThat(RequestTarget.parse("/ws", null).query()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%",
                "%4",
                "a%",
                "a%4",
                "%zz",
                "%4g",
                "%g4",
                "%%",
                "%%41",
                "%u20ac",
                "%-1",
                "%+1",
                "% 1",
                "%1 ",
                "%\uff14\uff11"
            })
    void badEscapeIsABadRequestAnywhere(String text) {
        assertBadRequestAnywhere(text);
    }

    /** Cut short, overlong, beyond Unicode, and a surrogate on its own. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "%ff",
                "%80",
                "%c3",
                "%c3%28",
                "%e2%82",
                "%c0%af",
                "%c0%80",
                "%e0%80%af",
                "%ed%a0%80",
                "%ed%bf%bf",
                "%f4%90%80%80",
                "%f5%80%80%80",
                "%f8%88%80%80%80",
                "%fe",
                "x%e2%82%acy%e9z"
            })
    void bytesThatAreNotUtf8AreABadRequestAnywhere(String text) {
        assertBadRequestAnywhere(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%00", "a%00b", "\0", "a\0b", "%e2%82%ac%00"})
    void nulIsABadRequestAnywhere(String text) {
        assertBadRequestAnywhere(text);
    }

    /**
     * A target is ASCII. Beyond it, what stands here depends on how the container read the bytes: é as one character or as two,
     * bad bytes as U+FFFD, and a surrogate alone has no bytes at all.
     */
    @ParameterizedTest
    @ValueSource(strings = {"\u00e9", "\u00c3\u00a9", "\u20ac", "\ufffd", "\ud800", "\udc00", "\udc00\ud800"})
    void bareCharacterBeyondAsciiIsABadRequestAnywhere(String text) {
        assertBadRequestAnywhere(text);
    }

    @Test
    void longValuesAreDecodedWhole() {
        String text = "€😀 /%".repeat(800);
        String raw = URLEncoder.encode(text, StandardCharsets.UTF_8);

        assertThat(query("x=" + raw, "x")).containsExactly(text);
        assertThat(path("/" + raw.replace("+", "%20"))).containsExactly(text);
    }

    @Test
    void nothingInItCanBeChanged() {
        RequestTarget target = RequestTarget.parse("/ws", "a=1");

        assertThatThrownBy(() -> target.segments().add("x")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> target.query().put("b", List.of())).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> target.query().get("a").add("2")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void itSaysNothingOfTheQueryWhenPrinted() {
        assertThat(RequestTarget.parse("/items/foo/ws", "token=s3cr3t"))
                .asString()
                .doesNotContain("s3cr3t");
    }

    private static List<String> path(String raw) {
        return RequestTarget.parse(raw, null).segments();
    }

    private static List<String> query(String raw, String name) {
        return RequestTarget.parse("/ws", raw).query().get(name);
    }

    private static void assertBadRequestAnywhere(String text) {
        assertBadRequest("/" + text, null);
        assertBadRequest("/items/" + text + "/ws", null);
        assertBadRequest("/ws", text);
        assertBadRequest("/ws", "a=" + text);
        assertBadRequest("/ws", "ok=1&" + text + "=1&ok=2");
    }

    private static void assertBadRequest(String path, String query) {
        HandshakeRefused refused = catchThrowableOfType(HandshakeRefused.class, () -> RequestTarget.parse(path, query));
        assertThat(refused).as("%s?%s", path, query).isNotNull();
        assertThat(refused.status()).isEqualTo(400);
    }
}
