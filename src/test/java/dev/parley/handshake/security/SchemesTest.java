package dev.parley.handshake.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.handshake.CookieParam;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Dependency;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.HeaderParam;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.RequestBinder;
import dev.parley.handshake.RoleNames;
import dev.parley.handshake.TokenVerifier;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How each scheme is read, and what is answered to whoever sends nothing or something wrong. */
final class SchemesTest {
    private static final String AUTHORIZATION = "Authorization";
    private static final TokenVerifier VERIFIER = token -> token.startsWith("good-")
            ? new TokenVerifier.Verdict.Accepted(
                    new Credential(token.substring(5), Set.of("read"), Map.of(), Optional.empty()))
            : new TokenVerifier.Verdict.Rejected("not one of ours");

    private final MemoryTickets tickets = new MemoryTickets();
    private final Dependencies dependencies =
            Dependencies.none().with(TokenVerifier.class, VERIFIER).with(Tickets.class, tickets);

    record Basic(@Depends(HttpBasic.class) HttpBasic.Login login) {}

    @Test
    void basicIsUserAndPassword() {
        Basic basic = bind(Basic.class, asking().with(AUTHORIZATION, "bAsIc " + base64("älice:p:w")));

        assertThat(basic.login().user()).isEqualTo("älice");
        assertThat(basic.login().is("älice", "p:w")).isTrue();
        assertThat(basic.login().is("älice", "p:W")).isFalse();
        assertThat(basic.login().is("bob", "p:w")).isFalse();
        assertThat(basic).asString().doesNotContain("p:w", "älice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%%%", "YQ", "//8=", "YTpiAA==", "=", "YQo6Yg=="})
    void malformedBasicIsForbidden(String encoded) {
        assertRefused(403, Optional.empty(), Basic.class, asking().with(AUTHORIZATION, "Basic " + encoded));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic", "Basic ", "Bearer YTpi", "Basically YTpi", "YTpi"})
    void withoutBasicTheVisitorIsAskedForIt(String line) {
        Optional<String> challenge = Optional.of("Basic realm=\"parley\", charset=\"UTF-8\"");
        assertRefused(401, challenge, Basic.class, asking().with(AUTHORIZATION, line));
        assertRefused(401, challenge, Basic.class, asking());
    }

    record Bearer(@Depends(HttpBearer.class) Secret token) {}

    @Test
    void bearerIsAToken() {
        assertThat(bind(Bearer.class, asking().with(AUTHORIZATION, "bearer  a.b=c "))
                        .token()
                        .reveal())
                .isEqualTo("a.b=c");
        assertRefused(401, Optional.of("Bearer"), Bearer.class, asking());
        assertRefused(401, Optional.of("Bearer"), Bearer.class, asking().with(AUTHORIZATION, "Bearer "));
        assertRefused(401, Optional.of("Bearer"), Bearer.class, asking().with(AUTHORIZATION, "Basic YTpi"));
    }

    @Test
    void bearerMayStandAmongTheSubprotocols() {
        String header = "Sec-WebSocket-Protocol";

        assertThat(bind(Bearer.class, asking().with(header, "parley.v1, bearer.a.b-c_d"))
                        .token()
                        .reveal())
                .isEqualTo("a.b-c_d");
        assertThat(bind(Bearer.class, asking().with(header, "parley.v1").with(header, "bearer.x,bearer.y"))
                        .token()
                        .reveal())
                .isEqualTo("x");
        assertThat(bind(Bearer.class, asking().with(header, "bearer.x").with(AUTHORIZATION, "Bearer y"))
                        .token()
                        .reveal())
                .isEqualTo("y");
        assertRefused(401, Optional.of("Bearer"), Bearer.class, asking().with(header, "bearer., bearer"));
    }

    /** What an application with keys of its own writes: where the key is sent is a parameter like any other. */
    record Partner(
            @HeaderParam("X-API-Key") Optional<Secret> header,
            @QueryParam("key") Optional<Secret> query,
            @CookieParam("key") Optional<Secret> cookie)
            implements Dependency<String> {
        @Override
        public String value() {
            if (Challenge.API_KEY
                    .require(header.or(() -> query).or(() -> cookie))
                    .is("k1")) {
                return "acme";
            }
            throw Challenge.API_KEY.wrong("unknown key");
        }
    }

    record Keyed(@Depends(Partner.class) String partner) {}

    @Test
    void apiKeyMayBeInAHeaderInTheQueryOrInACookie() {
        assertThat(bind(Keyed.class, asking().with("x-api-key", "k1")).partner())
                .isEqualTo("acme");
        assertThat(bind(Keyed.class, new Asking("key=k1")).partner()).isEqualTo("acme");
        assertThat(bind(Keyed.class, asking().with("Cookie", "key=k1")).partner())
                .isEqualTo("acme");
        assertRefused(403, Optional.empty(), Keyed.class, asking().with("X-API-Key", "k2"));
        assertRefused(401, Optional.of("APIKey"), Keyed.class, asking());
        assertRefused(401, Optional.of("APIKey"), Keyed.class, asking().with("X-API-Key", ""));
    }

    record Member(@Depends(CurrentUser.class) Credential user) {}

    record Reader(
            @Depends(value = CurrentUser.class, scopes = "read")
            Credential user) {}

    record Writer(
            @Depends(
                    value = CurrentUser.class,
                    scopes = {"read", "write"})
            Credential user) {}

    @Test
    void userIsWhoseTheTokenIs() {
        Asking alice = asking().with(AUTHORIZATION, "Bearer good-alice");

        assertThat(bind(Member.class, alice).user().user()).isEqualTo("alice");
        assertThat(bind(Reader.class, alice).user().user()).isEqualTo("alice");
        assertRefused(
                403, Optional.of("Bearer error=\"insufficient_scope\", scope=\"read write\""), Writer.class, alice);
        assertRefused(403, Optional.empty(), Member.class, asking().with(AUTHORIZATION, "Bearer bad-s3cr3t"));
        assertRefused(401, Optional.of("Bearer"), Member.class, asking());
    }

    @Test
    void userIsWhoseTheTicketIsOnceAndFromTheSamePage() {
        Optional<String> page = Optional.of("https://app.example");
        Credential alice = Credential.of("alice");
        String ticket = tickets.give(alice, page).orElseThrow().reveal();
        Asking from = new Asking("ticket=" + ticket).with("Origin", "https://APP.example");

        assertThat(bind(Member.class, from).user()).isSameAs(alice);
        assertRefused(403, Optional.empty(), Member.class, from);

        String stolen = tickets.give(alice, page).orElseThrow().reveal();
        assertRefused(403, Optional.empty(), Member.class, new Asking("ticket=" + stolen));
        assertRefused(
                403, Optional.empty(), Member.class, new Asking("ticket=").with(AUTHORIZATION, "Bearer good-bob"));
    }

    @Test
    void userIsWhomTheContainerKnows() {
        assertThat(bind(Member.class, asking().by("carol")).user().user()).isEqualTo("carol");
        assertThat(bind(Reader.class, asking().by("carol", "read", "other"))
                        .user()
                        .scopes())
                .containsExactly("read");
        assertRefused(
                403,
                Optional.of("Bearer error=\"insufficient_scope\", scope=\"read\""),
                Reader.class,
                asking().by("carol", "other"));
        // The token counts, and the roles of a login beside it do not.
        Asking both = asking().by("carol", "write").with(AUTHORIZATION, "Bearer good-alice");
        assertThat(bind(Member.class, both).user().user()).isEqualTo("alice");
        assertRefused(
                403, Optional.of("Bearer error=\"insufficient_scope\", scope=\"read write\""), Writer.class, both);
    }

    record Admin(
            @Depends(value = ContainerUser.class, scopes = "admin")
            Credential user) {}

    @Test
    void rolesAreTheContainers() {
        assertThat(bind(Admin.class, asking().by("carol", "admin")).user()).satisfies(user -> {
            assertThat(user.user()).isEqualTo("carol");
            assertThat(user.scopes()).containsExactly("admin");
        });
        assertRefused(403, Optional.of("Login"), Admin.class, asking().by("carol", "user"));
        assertRefused(401, Optional.of("Login"), Admin.class, asking().with(AUTHORIZATION, "Bearer good-alice"));
    }

    record Anybody(@Depends(PossibleUser.class) Optional<Credential> user) {}

    @Test
    void whoeverSaysNothingIsNobodyWhereThatIsAllowed() {
        assertThat(bind(Anybody.class, asking()).user()).isEmpty();
        assertThat(bind(Anybody.class, asking().with(AUTHORIZATION, "Bearer good-alice"))
                        .user())
                .isPresent();
        assertRefused(403, Optional.empty(), Anybody.class, asking().with(AUTHORIZATION, "Bearer bad"));
    }

    @Test
    void rolesOfALoginAreKnownAsFarAsSomebodyAsksAboutThem() {
        Dependencies asked = dependencies.with(RoleNames.class, () -> Set.of("staff", "boss"));
        Credential carol = new RequestBinder<>(Anybody.class, asked)
                .with(asking().by("carol", "staff", "other").request(), Anybody::user)
                .orElseThrow();

        assertThat(carol.roles()).containsExactly("staff");
        assertThat(carol.scopes()).isEmpty();
        assertThat(bind(Anybody.class, asking().by("carol", "staff"))
                        .user()
                        .orElseThrow()
                        .roles())
                .isEmpty();
    }

    @Test
    void secretsAreComparedWholeAndPrintNothing() {
        Secret secret = new Secret("s3cr3t");

        assertThat(secret.is("s3cr3t")).isTrue();
        assertThat(secret.is("s3cr3")).isFalse();
        assertThat(secret)
                .isEqualTo(new Secret("s3cr3t"))
                .isNotEqualTo(new Secret("other"))
                .hasToString("secret");
        assertThat(secret).hasSameHashCodeAs(new Secret("s3cr3t"));
        assertThat(new Secret("").isEmpty()).isTrue();
    }

    private static Asking asking() {
        return new Asking("");
    }

    private <P extends Record> P bind(Class<P> type, Asking asking) {
        return new RequestBinder<>(type, dependencies).with(asking.request(), bound -> bound);
    }

    private <P extends Record> void assertRefused(
            int status, Optional<String> challenge, Class<P> type, Asking asking) {
        HandshakeRefused refused = catchThrowableOfType(HandshakeRefused.class, () -> bind(type, asking));
        assertThat(refused.status()).isEqualTo(status);
        assertThat(Optional.ofNullable(refused.headers().get("WWW-Authenticate")))
                .isEqualTo(challenge);
        assertThat(refused.getMessage()).doesNotContain("s3cr3t");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
