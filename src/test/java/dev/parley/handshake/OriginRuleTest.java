package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Fake;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OriginRuleTest {
    private static final boolean SECURE = true;
    private static final boolean COOKIES = true;

    private final OriginRule sameOrigin = new OriginRule(Set.of(), false);

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, localhost:8080",
        "http://LOCALHOST:8080, localhost:8080",
        "HTTP://localhost:8080, LocalHost:8080",
        "http://chat.example, chat.example",
        "http://chat.example, chat.example:80",
        "http://chat.example:80, chat.example",
        "http://127.0.0.1:8080, 127.0.0.1:8080",
        "http://[::1]:8080, [::1]:8080",
        "http://[2001:DB8::1], [2001:db8::1]"
    })
    void pageFromHereMayConnect(String origin, String host) {
        assertThat(sameOrigin.admits(origin, host, !SECURE, COOKIES)).isTrue();
    }

    /** Names of containers and of Windows machines have underscores, and browsers take them. */
    @Test
    void hostMayHaveAnUnderscore() {
        assertThat(sameOrigin.admits("http://my_app:8080", "my_app:8080", !SECURE, !COOKIES))
                .isTrue();
        assertThat(new OriginRule(Set.of("http://my_app"), false).admits("http://my_app", "x", !SECURE, !COOKIES))
                .isTrue();
    }

    @Test
    void pageOverTlsIsBelievedBehindAProxyThatEndsTls() {
        assertThat(sameOrigin.admits("https://chat.example", "chat.example", SECURE, COOKIES))
                .isTrue();
        assertThat(sameOrigin.admits("https://chat.example", "chat.example", !SECURE, COOKIES))
                .isTrue();
        assertThat(sameOrigin.admits("https://chat.example", "chat.example:443", !SECURE, COOKIES))
                .isTrue();
    }

    @Test
    void pageWithoutTlsIsNotTheSameOriginAsAConnectionOverTls() {
        assertThat(sameOrigin.admits("http://chat.example", "chat.example", SECURE, COOKIES))
                .isFalse();
        assertThat(sameOrigin.admits("http://chat.example:443", "chat.example:443", SECURE, COOKIES))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "http://evil.example:8080",
                "http://localhost",
                "http://localhost:8081",
                "http://localhost:80801",
                "http://localhost:08080x",
                "http://localhost.evil.example:8080",
                "http://evil-localhost:8080",
                "http://localhost:8080.evil.example",
                "http://localhost:8080@evil.example",
                "http://x@localhost:8080",
                "http://@localhost:8080",
                "http://localhost:8080/",
                "http://localhost:8080/x",
                "http://localhost:8080?x",
                "http://localhost:8080#x",
                "http://localhost:8080, http://evil.example",
                "http://localhost:8080 http://evil.example",
                "http:localhost:8080",
                "http:/localhost:8080",
                "localhost:8080",
                "//localhost:8080",
                "ws://localhost:8080",
                "wss://localhost:8080",
                "ftp://localhost:8080",
                "javascript://localhost:8080",
                "chrome-extension://localhost:8080",
                "file://",
                "null",
                "http://",
                "http://:8080",
                "*",
                "",
                " ",
                " http://localhost:8080",
                "http://localhost:8080 ",
                "http://local\0host:8080",
                "http://[::1",
                "http://\ud800:8080"
            })
    void anyOtherPageMayNot(String origin) {
        assertThat(sameOrigin.admits(origin, "localhost:8080", !SECURE, COOKIES))
                .isFalse();
        assertThat(sameOrigin.admits(origin, "localhost:8080", !SECURE, !COOKIES))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":8080", "/", "x/y", "a@localhost:8080", "localhost:8080/", "localhost:8080#", "[", "\0"})
    void nothingIsAtAHostThatIsNone(String host) {
        assertThat(sameOrigin.admits("http://localhost:8080", host, !SECURE, !COOKIES))
                .isFalse();
        assertThat(sameOrigin.admits("http://" + host, host, !SECURE, !COOKIES)).isFalse();
    }

    @Test
    void withoutAHostNoPageIsFromHere() {
        assertThat(sameOrigin.admits("http://localhost:8080", null, !SECURE, !COOKIES))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example, true",
        "https://app.example:443, true",
        "HTTPS://App.Example, true",
        "http://localhost:3000, true",
        "http://app.example, false",
        "https://app.example:444, false",
        "https://app.example/, false",
        "https://x.app.example, false",
        "https://app.example.evil.example, false",
        "null, false"
    })
    void allowedOriginsMatchWholeAndNothingBesideThem(String origin, boolean admitted) {
        OriginRule rule = new OriginRule(Set.of("https://APP.example", "http://localhost:3000"), false);

        assertThat(rule.admits(origin, "chat.example", SECURE, COOKIES)).isEqualTo(admitted);
    }

    @Test
    void allowedOriginsDoNotShutOutOurOwn() {
        OriginRule rule = new OriginRule(Set.of("https://app.example"), false);

        assertThat(rule.admits("https://chat.example", "chat.example", SECURE, COOKIES))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "capacitor://localhost",
                "ionic://localhost",
                "tauri://localhost",
                "http://tauri.localhost",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "moz-extension://4fa2b3c1-07d1-4a3b-9d52-0a1b2c3d4e5f",
                "app://1.2-3",
                "custom.scheme+x://host:1234"
            })
    void shellsOfAppsMayBeAllowed(String origin) {
        OriginRule rule = new OriginRule(Set.of(origin), false);

        assertThat(rule.admits(origin, "chat.example", SECURE, COOKIES)).isTrue();
        assertThat(rule.admits(origin.toUpperCase(Locale.ROOT), "chat.example", !SECURE, COOKIES))
                .isTrue();
        assertThat(rule.admits(origin + "x", "chat.example", SECURE, COOKIES)).isFalse();
        assertThat(rule.admits("https://localhost", "chat.example", SECURE, COOKIES))
                .isFalse();
        assertThat(sameOrigin.admits(origin, origin.substring(origin.indexOf("//") + 2), SECURE, COOKIES))
                .isFalse();
    }

    @Test
    void requestOfPlainHttpIsJudgedByTheSameRule() {
        OriginRule rule = new OriginRule(Set.of("https://app.example"), true);

        assertThat(rule.allows(request("chat.example:443", "https://chat.example")))
                .isTrue();
        assertThat(rule.allows(request("chat.example:80", "http://chat.example")))
                .isTrue();
        assertThat(rule.allows(request("chat.example", "https://chat.example:443")))
                .isTrue();
        assertThat(rule.allows(request("10.0.0.1:8080", "https://app.example"))).isTrue();
        assertThat(rule.allows(request("chat.example"))).isTrue();
        assertThat(rule.allows(request("chat.example", "https://evil.example"))).isFalse();
        assertThat(rule.allows(request("chat.example:444", "https://chat.example")))
                .isFalse();
        assertThat(rule.allows(request("chat.example", "https://chat.example", "https://evil.example")))
                .isFalse();
    }

    private static HttpServletRequest request(String host, String... origins) {
        return Fake.of(HttpServletRequest.class, (method, arguments) -> switch (method) {
            case "getHeader" -> arguments[0].equals("Host") ? host : "session=s";
            case "getHeaders" -> Collections.enumeration(List.of(origins));
            case "isSecure" -> false;
            default -> throw new AssertionError("unexpected question for " + method);
        });
    }

    @Test
    void starAllowsEveryPage() {
        OriginRule rule = new OriginRule(Set.of("*", "https://app.example"), false);

        assertThat(rule.admits("http://evil.example", "chat.example", SECURE, COOKIES))
                .isTrue();
        assertThat(rule.admits("null", null, !SECURE, !COOKIES)).isTrue();
        assertThat(rule.admits("capacitor://localhost", "chat.example", SECURE, COOKIES))
                .isTrue();
        assertThat(rule.admits("http://[::1]:8080", "chat.example", SECURE, COOKIES))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*",
                "NULL",
                "null ",
                "evil",
                "http://",
                "http:// ",
                "http://a b",
                "http://a/",
                "http://a?b",
                "http://a@b",
                "http://a:x",
                "http://a:",
                "://a",
                "http://a\r\nX: y",
                "http://\ud800",
                "http://a, http://b",
                "http://é"
            })
    void starAllowsNothingThatNoBrowserSends(String garbage) {
        assertThat(new OriginRule(Set.of("*"), false).admits(garbage, "chat.example", SECURE, COOKIES))
                .isFalse();
    }

    @Test
    void clientWithoutAnOriginIsNoPage() {
        assertThat(sameOrigin.admits(null, "localhost:8080", !SECURE, !COOKIES)).isTrue();
        assertThat(sameOrigin.admits(null, "localhost:8080", !SECURE, COOKIES)).isTrue();
        assertThat(sameOrigin.admits(null, null, SECURE, COOKIES)).isTrue();
    }

    @Test
    void cookiesNeedAnOriginWhereTheOperatorSaysSo() {
        OriginRule rule = new OriginRule(Set.of("*"), true);

        assertThat(rule.admits(null, "localhost:8080", !SECURE, COOKIES)).isFalse();
        assertThat(rule.admits(null, "localhost:8080", !SECURE, !COOKIES)).isTrue();
        assertThat(rule.admits("http://any.example", "localhost:8080", !SECURE, COOKIES))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "app.example",
                "https://app.example/",
                "https://",
                "ws://app.example",
                "wss://app.example",
                "https://app.example:65536",
                "file://",
                "capacitor://",
                "null",
                "https://*.example",
                " ",
                ""
            })
    void whatIsNoOriginCannotBeAllowed(String origin) {
        assertThatThrownBy(() -> new OriginRule(Set.of(origin), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not an origin")
                .hasMessageContaining(origin);
    }
}
