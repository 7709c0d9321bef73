package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.websocket.server.PathParam;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a binder makes of a visit. What is wrong with a declaration is in {@link BinderDeclarationTest}. */
final class BinderTest {
    record Everything(
            @PathParam("id") String id,
            @QueryParam("number") BigInteger number,
            @QueryParam("q") Optional<Integer> q,
            @CookieParam("session") Optional<String> session) {}

    @Test
    void eachParameterComesFromWhereItSays() {
        Everything bound =
                bind(Everything.class, "foo", "number=007&q=-5&session=no&id=no", "session=s; number=no; id=no");

        assertThat(bound).isEqualTo(new Everything("foo", BigInteger.valueOf(7), Optional.of(-5), Optional.of("s")));
    }

    @Test
    void optionalIsEmptyWhenNothingWasSent() {
        Everything bound = bind(Everything.class, "foo", "number=1&Q=5", "Session=s");

        assertThat(bound.q()).isEmpty();
        assertThat(bound.session()).isEmpty();
    }

    @Test
    void emptyTextIsGivenAllTheSame() {
        assertThat(bind(Everything.class, "foo", "number=1", "session=").session())
                .contains("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"q", "q=", "q=bar", "q=1.5", "q=%205", "q=2147483648", "q=1&q=", "q=1&q=x"})
    void optionalDoesNotExcuseWhatIsMalformed(String query) {
        assertRefused("query parameter q is not an integer of 32 bits", Everything.class, "number=1&" + query);
    }

    @Test
    void lastOfARepeatedParameterCounts() {
        assertThat(bind(Everything.class, "foo", "number=1&q=1&q=x&number=3&q=2", "session=a; session=b"))
                .isEqualTo(new Everything("foo", BigInteger.valueOf(3), Optional.of(2), Optional.of("b")));
    }

    @Test
    void whatIsMissingIsRefused() {
        assertRefused("query parameter number is missing", Everything.class, "q=1");
    }

    record Numbers(
            @PathParam("id") int id,
            @QueryParam("boxed") Integer boxed,
            @QueryParam("wide") long wide,
            @QueryParam("wider") Optional<Long> wider) {}

    @Test
    void numbersMayBePrimitive() {
        assertThat(bind(Numbers.class, "+007", "boxed=-1&wide=2147483648&wider=-9223372036854775808", ""))
                .isEqualTo(new Numbers(7, -1, 2147483648L, Optional.of(Long.MIN_VALUE)));
    }

    @Test
    void pathIsBoundLikeTheRest() {
        HandshakeRefused refused = catchThrowableOfType(
                HandshakeRefused.class, () -> bind(Numbers.class, "9".repeat(11), "boxed=1&wide=1", ""));

        assertThat(refused).hasMessage("path parameter id is not an integer of 32 bits");
        assertThat(refused.status()).isEqualTo(403);
    }

    record Huge(@QueryParam("q") BigInteger q) {}

    @Test
    void integerHasAtMost4300Digits() {
        String digits = "9".repeat(4300);

        assertThat(bind(Huge.class, "x", "q=-" + digits, "").q()).hasToString("-" + digits);
        assertRefused("query parameter q is not an integer", Huge.class, "q=9" + digits);
    }

    record Empty() {}

    @Test
    void recordWithoutParametersNeedsNothing() {
        assertThat(bind(Empty.class, "x", "q=%7F", "session=s")).isEqualTo(new Empty());
    }

    record Credential(
            @CookieParam("session") Optional<String> session,
            @QueryParam("token") Optional<String> token) implements Dependency<String> {
        @Override
        public String value() {
            return session.or(() -> token).orElseThrow(() -> new HandshakeRefused(401, "nobody"));
        }
    }

    record User(
            @Depends(Credential.class) String credential,
            @QueryParam("as") Optional<String> as) implements Dependency<Optional<String>> {
        @Override
        public Optional<String> value() {
            return as.map(name -> name + " by " + credential);
        }
    }

    record Nested(
            @Depends(User.class) Optional<String> user,
            @Depends(Credential.class) String credential) {}

    @Test
    void dependencyDeclaresItsOwnParametersAndDependencies() {
        assertThat(bind(Nested.class, "x", "as=alice&token=t", ""))
                .isEqualTo(new Nested(Optional.of("alice by t"), "t"));
        assertThat(bind(Nested.class, "x", "token=t", "session=s")).isEqualTo(new Nested(Optional.empty(), "s"));
    }

    @Test
    void dependencyRefusesWithItsOwnStatus() {
        HandshakeRefused refused =
                catchThrowableOfType(HandshakeRefused.class, () -> bind(Nested.class, "x", "as=alice", ""));

        assertThat(refused).hasMessage("nobody");
        assertThat(refused.status()).isEqualTo(401);
    }

    static final class Plain implements Dependency<String> {
        private final String name;

        Plain(@QueryParam("name") String name) {
            this.name = name;
        }

        @Override
        public String value() {
            return "plain " + name;
        }
    }

    record OfPlain(@Depends(Plain.class) String plain) {}

    @Test
    void dependencyNeedNotBeARecord() {
        assertThat(bind(OfPlain.class, "x", "name=n", "").plain()).isEqualTo("plain n");
    }

    record First() implements Dependency<String> {
        @Override
        public String value() {
            throw new HandshakeRefused(410, "first");
        }
    }

    record Second() implements Dependency<String> {
        @Override
        public String value() {
            throw new HandshakeRefused(411, "second");
        }
    }

    record FirstSecond(
            @Depends(First.class) String first,
            @Depends(Second.class) String second) {}

    record SecondFirst(
            @Depends(Second.class) String second,
            @Depends(First.class) String first) {}

    record MissingFirst(
            @QueryParam("q") String q, @Depends(First.class) String first) {}

    @Test
    void parametersAreEvaluatedInTheOrderOfTheirDeclaration() {
        assertRefused(410, "first", FirstSecond.class, "");
        assertRefused(411, "second", SecondFirst.class, "");
        assertRefused(403, "query parameter q is missing", MissingFirst.class, "");
        assertRefused(410, "first", MissingFirst.class, "q=1");
    }

    record Fresh() implements Dependency<Object> {
        @Override
        public Object value() {
            return new Object();
        }
    }

    record ByWay(@Depends(Fresh.class) Object fresh) implements Dependency<Object> {
        @Override
        public Object value() {
            return fresh;
        }
    }

    record AskedTwice(
            @Depends(Fresh.class) Object once,
            @Depends(Fresh.class) Object again,
            @Depends(ByWay.class) Object byWay) {}

    @Test
    void dependencyIsEvaluatedOncePerConnectionHoweverManyAskForIt() {
        AskedTwice bound = bind(AskedTwice.class, "x", "", "");

        assertThat(bound.again()).isSameAs(bound.once());
        assertThat(bound.byWay()).isSameAs(bound.once());
        assertThat(bind(AskedTwice.class, "x", "", "").once()).isNotSameAs(bound.once());
    }

    record Choosy(@QueryParam("q") int q) {
        Choosy {
            if (q > 9) {
                throw new HandshakeRefused(422, "q is above 9");
            }
            if (q < 0) {
                throw new IllegalArgumentException("a bug");
            }
        }
    }

    @Test
    void recordMayRefuseWhatItIsGiven() {
        assertThat(bind(Choosy.class, "x", "q=9", "").q()).isEqualTo(9);
        assertRefused(422, "q is above 9", Choosy.class, "q=10");
    }

    @Test
    void anyOtherFailureIsOursAndNamesWhereItHappened() {
        assertThatThrownBy(() -> bind(Choosy.class, "x", "q=-1", ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Choosy.class.getName())
                .hasRootCauseMessage("a bug");
    }

    private static <T> T bind(Class<T> type, String id, String query, String cookies) {
        Visitor visitor =
                Visitors.of(Map.of("id", id), RequestTarget.parse("/", query).query(), Cookies.parse(List.of(cookies)));
        return type.cast(new Binder(type, new PathTemplate("/x/{id}"), Dependencies.none())
                .bind(visitor)
                .value());
    }

    private static void assertRefused(String detail, Class<?> type, String query) {
        assertRefused(403, detail, type, query);
    }

    private static void assertRefused(int status, String detail, Class<?> type, String query) {
        HandshakeRefused refused = catchThrowableOfType(HandshakeRefused.class, () -> bind(type, "foo", query, ""));
        assertThat(refused).hasMessage(detail);
        assertThat(refused.status()).isEqualTo(status);
    }
}
