package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.handshake.constraint.Max;
import dev.parley.handshake.constraint.Min;
import dev.parley.handshake.constraint.NotBlank;
import dev.parley.handshake.constraint.NotEmpty;
import dev.parley.handshake.constraint.Size;
import jakarta.websocket.server.PathParam;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a parameter may be besides one text: left out, many, constrained, grouped. */
final class ParametersTest {
    record Headers(
            @HeaderParam String x_token,
            @HeaderParam("X-Other") Optional<String> other,
            @HeaderParam("raw_name") Optional<String> rawName,
            @HeaderParam("X-Tag") List<String> tags) {}

    @Test
    void headerNamesAreCaseInsensitiveAndUnderscoresAreHyphens() {
        Headers bound = bind(
                Headers.class,
                "",
                "",
                Map.of(
                        "x-TOKEN", List.of("first", "last"),
                        "x-other", List.of(""),
                        "raw_name", List.of("r"),
                        "raw-name", List.of("no"),
                        "X-Tag", List.of("a, b", "c")));

        assertThat(bound).isEqualTo(new Headers("last", Optional.of(""), Optional.of("r"), List.of("a, b", "c")));
    }

    @Test
    void headerWithAnUnderscoreIsAnotherOne() {
        assertRefused("header x-token is missing", Headers.class, "", Map.of("x_token", List.of("t")));
    }

    record Named(@QueryParam String q, @CookieParam String session) {}

    @Test
    void nameIsTheComponentsOwnIfNoneIsSaid() {
        assertThat(bind(Named.class, "q=1", "session=s", Map.of())).isEqualTo(new Named("1", "s"));
    }

    record Defaults(
            @QueryParam("limit") @DefaultValue("10") int limit,
            @QueryParam("wait") @DefaultValue("PT20S") Duration patience,
            @QueryParam("tag") @DefaultValue("all") List<String> tags,
            @CookieParam("theme") @DefaultValue("") String theme) {}

    @Test
    void defaultCountsOnlyWhenNothingWasSent() {
        assertThat(bind(Defaults.class, "", "", Map.of()))
                .isEqualTo(new Defaults(10, Duration.ofSeconds(20), List.of("all"), ""));
        assertThat(bind(Defaults.class, "limit=5&tag=a&tag=b", "theme=dark", Map.of()))
                .isEqualTo(new Defaults(5, Duration.ofSeconds(20), List.of("a", "b"), "dark"));
        assertRefused("query parameter limit is not an integer of 32 bits", Defaults.class, "limit=");
    }

    record Many(
            @QueryParam("l") List<Integer> list,
            @QueryParam("s") Set<Long> set,
            @CookieParam("c") List<String> cookies) {}

    @Test
    void allOfARepeatedParameterCountForAListAndASet() {
        assertThat(bind(Many.class, "l=1&l=2&l=1&s=7&s=8&s=7", "c=a; c=b", Map.of()))
                .isEqualTo(new Many(List.of(1, 2, 1), Set.of(7L, 8L), List.of("a", "b")));
        assertThat(bind(Many.class, "", "", Map.of())).isEqualTo(new Many(List.of(), Set.of(), List.of()));
        assertRefused("query parameter l is not an integer of 32 bits", Many.class, "l=1&l=");
    }

    record Paging(
            @QueryParam("limit") @DefaultValue("10") @Max(100)
            int limit,

            @QueryParam("after") Optional<String> after) {}

    record Grouped(@PathParam("id") String id, Paging paging, Deeper deeper) {}

    record Deeper(Paging paging, @CookieParam("session") Optional<String> session) {}

    @Test
    void recordIsAGroupOfParameters() {
        assertThat(bind(Grouped.class, "limit=7&after=x", "session=s", Map.of()))
                .isEqualTo(new Grouped(
                        "id",
                        new Paging(7, Optional.of("x")),
                        new Deeper(new Paging(7, Optional.of("x")), Optional.of("s"))));
        assertRefused("query parameter limit must be at most 100", Grouped.class, "limit=101");
    }

    record Constrained(
            @QueryParam("n") @Min(1) @Max(9) Optional<Integer> number,

            @QueryParam("t") @NotBlank @Size(max = 3) @DefaultValue("x")
            String text,

            @QueryParam("l") @Size(max = 2) List<@Min(5) Integer> list,
            @QueryParam("e") Optional<@NotEmpty String> element) {}

    @ParameterizedTest
    @CsvSource({
        "n=0, query parameter n must be at least 1",
        "n=10, query parameter n must be at most 9",
        "t=+, query parameter t must not be blank",
        "t=abcd, query parameter t must have a size from 0 to 3",
        "l=5&l=6&l=7, query parameter l must have a size from 0 to 2",
        "l=5&l=4, query parameter l must be at least 5"
    })
    void violationIsRefusedAndTheLogSaysWhichRule(String query, String detail) {
        assertRefused(detail, Constrained.class, query);
    }

    @Test
    void whatKeepsTheRulesIsBound() {
        assertThat(bind(Constrained.class, "n=9&t=abc&l=5&l=6&e=", "", Map.of()))
                .isEqualTo(new Constrained(Optional.of(9), "abc", List.of(5, 6), Optional.of("")));
        assertThat(bind(Constrained.class, "", "", Map.of()))
                .isEqualTo(new Constrained(Optional.empty(), "x", List.of(), Optional.empty()));
    }

    record Knocking(Visitor visitor) {}

    @Test
    void visitorItselfMayBeAskedFor() {
        Visitor visitor = visitor("q=1&q=2", "c=d", Map.of("Origin", List.of("HTTP://Here")));
        Knocking bound = (Knocking) binder(Knocking.class).bind(visitor).value();

        assertThat(bound.visitor()).isSameAs(visitor).hasToString("visitor");
        assertThat(visitor.query("q")).containsExactly("1", "2");
        assertThat(visitor.cookie("c")).containsExactly("d");
        assertThat(visitor.path("id")).contains("id");
        assertThat(visitor.path("q")).isEmpty();
        assertThat(visitor.origin()).contains("http://here");
    }

    /** Containers use the request's object again for the next visitor. */
    @Test
    void visitorWhoHasLeftSaysNothing() {
        Visitor visitor = visitor("q=1", "", Map.of());
        visitor.leave();

        assertThat(catchThrowableOfType(IllegalStateException.class, () -> visitor.query("q")))
                .isNotNull();
        assertThat(catchThrowableOfType(IllegalStateException.class, visitor::principal))
                .isNotNull();
        assertThat(catchThrowableOfType(IllegalStateException.class, () -> visitor.header("Cookie")))
                .isNotNull();
    }

    private static Binder binder(Class<?> type) {
        return new Binder(type, new PathTemplate("/x/{id}"), Dependencies.none());
    }

    private static Visitor visitor(String query, String cookies, Map<String, List<String>> headers) {
        return Visitors.of(
                Map.of("id", "id"), RequestTarget.parse("/", query).query(), Cookies.parse(List.of(cookies)), headers);
    }

    private static <T> T bind(Class<T> type, String query, String cookies, Map<String, List<String>> headers) {
        return type.cast(binder(type).bind(visitor(query, cookies, headers)).value());
    }

    private static void assertRefused(String detail, Class<?> type, String query) {
        assertRefused(detail, type, query, Map.of());
    }

    private static void assertRefused(String detail, Class<?> type, String query, Map<String, List<String>> headers) {
        HandshakeRefused refused = catchThrowableOfType(HandshakeRefused.class, () -> bind(type, query, "", headers));
        assertThat(refused).hasMessage(detail);
        assertThat(refused.status()).isEqualTo(403);
    }
}
