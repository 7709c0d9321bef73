package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code /items/{item_id}/ws} under whichever context path the subclass deploys to. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
abstract class ItemsContract {
    private static final String NONE = null;
    private static final String DIGITS_4300 = "9".repeat(4300);

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    private Site site() {
        return Site.at(base);
    }

    /** Query, values of the Cookie headers, and the credential that must come out. */
    static Stream<Arguments> credentials() {
        return Stream.of(
                of("token=abc", List.of(), "abc"),
                of("", List.of("session=abc"), "abc"),
                of("token=t", List.of("session=s"), "s"),
                of("token=t", List.of("session="), "t"),
                of("token=t", List.of("session=\"\""), "t"),
                of("token=", List.of("session=s"), "s"),
                of("token=t", List.of("other=1"), "t"),
                of("token=None", List.of(), "None"),
                // the last of a repeated parameter
                of("token=a&token=b", List.of(), "b"),
                of("token=&token=b", List.of(), "b"),
                of("token=a&x=1&token=c&y=2", List.of(), "c"),
                // decoding: once, and + is a space
                of("token=a+b", List.of(), "a b"),
                of("token=a%20b", List.of(), "a b"),
                of("token=a%2Bb", List.of(), "a+b"),
                of("token=a%2520b", List.of(), "a%20b"),
                of("token=%E2%82%AC", List.of(), "€"),
                of("token=%F0%9F%98%80", List.of(), "\uD83D\uDE00"),
                of("token=+", List.of(), " "),
                of("%74oken=abc", List.of(), "abc"),
                // separators
                of("token=a;q=1", List.of(), "a;q=1"),
                of("x=1;token=no&token=a", List.of(), "a"),
                of("token=a=b=", List.of(), "a=b="),
                of("&&token=a&&", List.of(), "a"),
                of("token=a?b", List.of(), "a?b"),
                of("token=a/b", List.of(), "a/b"),
                // names are case-sensitive
                of("token=a&Token=b&TOKEN=c", List.of(), "a"),
                of("token=t", List.of("Session=s"), "t"),
                of("", List.of("session=a; SESSION=b"), "a"),
                // cookies are not percent-decoded; surrounding quotes go
                of("", List.of("session=a%20b"), "a%20b"),
                of("", List.of("session=a+b"), "a+b"),
                of("", List.of("session=\"abc\""), "abc"),
                of("", List.of("session=\"a b\""), "a b"),
                of("", List.of("session=a=b"), "a=b"),
                of("", List.of("session=abc=="), "abc=="),
                of("", List.of("a=1; session=abc; b=2"), "abc"),
                of("", List.of("a=1;session=abc;b=2"), "abc"),
                of("", List.of("nosession=1; session=abc; session2=x"), "abc"),
                // the last of a repeated cookie, over several headers too
                of("", List.of("session=a; session=b"), "b"),
                of("", List.of("session=a", "session=b"), "b"),
                of("", List.of("session=b", "other=1"), "b"),
                of("", List.of("other=1", "session=b"), "b"),
                of("", List.of("session=a; x=1", "y=2; session=b; z=3"), "b"),
                of("", List.of("session=; session=b"), "b"),
                of("token=t", List.of("session=a; session="), "t"),
                // what counts for nothing
                of("token=a&unknown=1&item_id=EVIL&session=no", List.of(), "a"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("credentials")
    void credentialIsTheCookieElseTheToken(String query, List<String> cookies, String credential) {
        mustAnswer(request("/items/foo/ws", query, cookies), credential, NONE, "foo");
    }

    static Stream<Arguments> missingCredentials() {
        return Stream.of(
                of("", List.of()),
                of("q=5", List.of()),
                of("token=", List.of()),
                of("token", List.of()),
                of("token=", List.of("session=")),
                of("token=", List.of("session=\"\"")),
                of("", List.of("session=")),
                of("", List.of("session=\"\"")),
                of("", List.of("session")),
                of("", List.of("other=abc")),
                of("", List.of("Session=abc")),
                of("Token=abc", List.of()),
                of("token=a&token=", List.of()),
                of("", List.of("session=a; session=")),
                of("", List.of("session=a", "session=")),
                of("session=abc", List.of()),
                of("", List.of("token=abc")),
                of("x=1;token=abc", List.of()),
                of("+token=abc", List.of()),
                of("", List.of("xsession=abc")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("missingCredentials")
    void withoutCredentialTheHandshakeIsRefused(String query, List<String> cookies) {
        assertThat(request("/items/foo/ws", query, cookies).refusal()).isEqualTo(403);
    }

    @ParameterizedTest
    @MethodSource("authorizations")
    void authorizationPlaysNoPart(String authorization) {
        UpgradeRequest without = site().upgrade("/items/foo/ws").with("Authorization", authorization);
        assertThat(without.refusal()).isEqualTo(403);
        mustAnswer(site().upgrade("/items/foo/ws?token=t").with("Authorization", authorization), "t", NONE, "foo");
    }

    static Stream<String> authorizations() {
        return Stream.of("Bearer abc", "Basic YTpi", "nonsense", "");
    }

    /** What stands in the query, and the number that comes out. */
    static Stream<Arguments> integers() {
        return Stream.of(
                of("5", "5"),
                of("0", "0"),
                of("007", "7"),
                of("000", "0"),
                of("%2B5", "5"),
                of("-5", "-5"),
                of("-0", "0"),
                of("%2B0", "0"),
                of("-007", "-7"),
                of("%35", "5"),
                of("2147483648", "2147483648"),
                of("-9223372036854775809", "-9223372036854775809"),
                of("123456789012345678901234567890", "123456789012345678901234567890"),
                of(DIGITS_4300, DIGITS_4300),
                of("-" + DIGITS_4300, "-" + DIGITS_4300),
                of("%2B" + DIGITS_4300, DIGITS_4300),
                of("0".repeat(4299) + "7", "7"),
                of("1&q=2", "2"),
                of("bar&q=2", "2"),
                of("2&Q=bar", "2"));
    }

    @ParameterizedTest
    @MethodSource("integers")
    void queryParameterIsPrintedCanonically(String q, String printed) {
        mustAnswer(request("/items/foo/ws", "token=t&q=" + q, List.of()), "t", printed, "foo");
    }

    static Stream<String> notIntegers() {
        return Stream.of(
                "",
                "bar",
                "1.5",
                "1.0",
                "1e3",
                "0x10",
                "0b1",
                "0o7",
                "true",
                "None",
                "%205%20",
                "%205",
                "5%20",
                "+5",
                "5+",
                "5%0A",
                "%095",
                "1_000",
                "1,000",
                "-",
                "%2B",
                "--5",
                "%2B-5",
                "-%2B5",
                "5-",
                "-%205",
                "%EF%BC%95",
                "%EF%BC%8D5",
                "%E2%88%925",
                "%D9%A5",
                "%C2%B2",
                "%E2%85%A4",
                "5;",
                "5L",
                "5%E2%80%8B",
                "%22" + "5%22",
                "2&q=bar",
                "2&q=",
                "2&q",
                DIGITS_4300 + "9",
                "-" + DIGITS_4300 + "9");
    }

    @ParameterizedTest
    @MethodSource("notIntegers")
    void anythingButAnIntegerIsRefused(String q) {
        assertThat(request("/items/foo/ws", "token=t&q=" + q, List.of()).refusal())
                .isEqualTo(403);
    }

    /** The path segment on the wire, and the item id that comes out. */
    static Stream<Arguments> itemIds() {
        return Stream.of(
                of("foo", "foo"),
                of("42", "42"),
                of("foo%20bar", "foo bar"),
                of("%E2%82%AC", "€"),
                of("a%252Fb", "a%2Fb"),
                of("a%2525", "a%25"),
                of("a+b", "a+b"),
                of("a%2Bb", "a+b"),
                of("%66%6f%6F", "foo"),
                of("ws", "ws"),
                of("items", "items"),
                of("...", "..."),
                of("a.b", "a.b"),
                of(".a", ".a"),
                of("%252e%252e", "%2e%2e"),
                of("a%3Fb", "a?b"),
                of("a%23b", "a#b"),
                of("a%26b=c", "a&b=c"),
                of("a:b@c", "a:b@c"),
                of("a,b!$'()*~_-", "a,b!$'()*~_-"),
                of("%7B0%7D", "{0}"),
                of("%3Cb%3E", "<b>"),
                of("%22x%22", "\"x\""),
                of("%F0%9F%98%80", "\uD83D\uDE00"),
                of("x".repeat(2000), "x".repeat(2000)));
    }

    @ParameterizedTest
    @MethodSource("itemIds")
    void itemIdIsDecodedOnce(String segment, String itemId) {
        mustAnswerUnlessUnknown(request("/items/" + segment + "/ws", "token=t&q=1", List.of()), "1", itemId);
    }

    @ParameterizedTest
    @MethodSource("itemIds")
    void itemIdCannotBeReplacedFromTheQuery(String segment, String itemId) {
        String query = "item_id=EVIL&token=t&item_id=EVIL&data=EVIL";
        mustAnswerUnlessUnknown(request("/items/" + segment + "/ws", query, List.of()), NONE, itemId);
    }

    private void mustAnswerUnlessUnknown(UpgradeRequest request, String q, String itemId) {
        if (itemId.contains("?") && KnownDifference.QUESTION_MARK_IN_PATH.isOf(server)) {
            assertThat(request.exchange().status()).isEqualTo(404);
        } else if (itemId.contains("#") && KnownDifference.HASH_IN_PATH.isOf(server)) {
            assertThat(request.exchange().status()).isEqualTo(400);
        } else if (itemId.contains(":") && KnownDifference.COLON_IN_PATH.isOf(server)) {
            assertThat(request.exchange().status()).isEqualTo(503);
        } else {
            mustAnswer(request, "t", q, itemId);
        }
    }

    private UpgradeRequest request(String path, String query, List<String> cookies) {
        UpgradeRequest request = site().upgrade(query.isEmpty() ? path : path + "?" + query);
        for (String cookie : cookies) {
            request = request.with("Cookie", cookie);
        }
        return request;
    }

    /** Two messages, one of them empty, and every line of both answers in order. */
    private static void mustAnswer(UpgradeRequest request, String credential, String q, String itemId) {
        List<String> expected = new ArrayList<>();
        for (String text : List.of("hello", "")) {
            expected.add("Session cookie or query token value is: " + credential);
            if (q != null) {
                expected.add("Query parameter q is: " + q);
            }
            expected.add("Message text was: " + text + ", for item ID: " + itemId);
        }
        try (RawWebSocket client = RawWebSocket.open(request)) {
            client.sendText("hello", "");
            assertThat(client.receiveTexts(expected.size())).isEqualTo(expected);
            assertThat(client.close(Frame.close(1000)).code()).isEqualTo(1000);
        }
    }
}
