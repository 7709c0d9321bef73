package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CookiesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "session=abc|abc",
                "session=abc; other=1|abc",
                "other=1;session=abc|abc",
                " session = abc ;x=y|abc",
                "session=a%20b|a%20b",
                "session=a+b|a+b",
                "session=a=b==|a=b==",
                "session=\"abc\"|abc",
                "session=\"a b, c\"|a b, c",
                "session=\"\"|``",
                "session=|``",
                "session=\"|\"",
                "session=\"abc|\"abc",
                "session=a\"b\"|a\"b\"",
                "session=\"\"abc\"\"|\"abc\"",
                "session=a; session=b|b",
                "session=a; session=|``",
                "Session=x; session=a; SESSION=y|a"
            })
    void valueIsWhatFastApiReads(String header, String value) {
        assertThat(parse(header)).containsEntry("session", value);
    }

    @Test
    void namesAreCaseSensitive() {
        assertThat(parse("Session=a; SESSION=b")).containsOnly(Map.entry("Session", "a"), Map.entry("SESSION", "b"));
    }

    @Test
    void lastOfANameCountsOverAllHeaders() {
        assertThat(parse("session=a; x=1", "y=2; session=b", "z=3"))
                .containsEntry("session", "b")
                .hasSize(4);
    }

    @Test
    void everyValueOfANameIsKeptInOrder() {
        assertThat(Cookies.parse(List.of("s=a; x=1", "s=b; s=\"a\"")))
                .containsOnly(Map.entry("s", List.of("a", "b", "a")), Map.entry("x", List.of("1")));
    }

    @Test
    void textWithoutAnEqualsSignIsTheValueOfTheNamelessCookie() {
        assertThat(parse("session")).containsOnly(Map.entry("", "session"));
        assertThat(parse("=session")).containsOnly(Map.entry("", "session"));
    }

    @Test
    void emptyPairsAreNoCookies() {
        assertThat(parse()).isEmpty();
        assertThat(parse("", ";", " ; ;; ", "=")).isEmpty();
    }

    @Test
    void commaSeparatesNothing() {
        assertThat(parse("session=a, session=b")).containsOnly(Map.entry("session", "a, session=b"));
    }

    private static Map<String, String> parse(String... headers) {
        return Cookies.parse(List.of(headers)).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        cookie -> cookie.getValue().get(cookie.getValue().size() - 1)));
    }
}
