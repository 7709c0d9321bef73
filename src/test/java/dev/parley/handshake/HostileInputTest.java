package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.handshake.constraint.Digits;
import dev.parley.handshake.constraint.Pattern;
import dev.parley.handshake.constraint.Size;
import dev.parley.handshake.security.HttpBasic;
import dev.parley.handshake.security.HttpBearer;
import dev.parley.handshake.security.Secret;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Whatever a visitor sends, it is bound or refused; nothing else may come of it. Other input each time; a failure names its
 * seed, and {@code -Dhostile.seed=} begins there.
 */
final class HostileInputTest {
    private static final long FIRST_SEED = Long.getLong("hostile.seed", System.nanoTime());
    private static final int CASES = Integer.getInteger("hostile.cases", 4_000);

    private static final long BOUND_NANOS = Duration.ofMillis(5).toNanos();

    record Everything(
            @PathParam("id") String id,
            @QueryParam("q") Optional<BigInteger> q,
            @QueryParam("n") Optional<Integer> n,
            @QueryParam("l") Optional<Long> l,
            @CookieParam("session") Optional<String> session) {}

    record Numeral(@PathParam("id") BigInteger id) {}

    @ServerEndpoint(value = "/x/{id}", configurator = HandshakeConfigurator.class)
    @Binds(Everything.class)
    static final class Bound {}

    @ServerEndpoint(value = "/n/{id}", configurator = HandshakeConfigurator.class)
    @Binds(Numeral.class)
    static final class Numbered {}

    private final Gate gate = new Gate(
            List.of(Route.to(Bound.class, Bound::new), Route.to(Numbered.class, Numbered::new)),
            new Gate.Rules(new OriginRule(Set.of("https://app.example"), true), () -> {}, false));

    @Test
    void targetIsDecodedAsAnyDecoderWouldOrIsABadRequest() {
        forEachSeed(hostile -> {
            String raw = hostile.text();
            try {
                RequestTarget target = RequestTarget.parse("/" + raw, "v=" + raw.replace("&", "%26"));
                List<String> segments = new ArrayList<>();
                for (String segment : raw.split("/", -1)) {
                    segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
                }
                assertThat(target.segments()).isEqualTo(segments);
                assertThat(target.query().get("v")).containsExactly(URLDecoder.decode(raw, StandardCharsets.UTF_8));
            } catch (HandshakeRefused refused) {
                assertThat(refused.status()).isEqualTo(400);
            }
        });
    }

    @Test
    void whatWasEncodedComesBack() {
        forEachSeed(hostile -> {
            String text = hostile.decent();
            String raw = URLEncoder.encode(text, StandardCharsets.UTF_8);

            RequestTarget target = RequestTarget.parse("/a/" + raw.replace("+", "%20"), raw + "=" + raw);

            assertThat(target.segments()).containsExactly("a", text);
            assertThat(target.query()).isEqualTo(Map.of(text, List.of(text)));
        });
    }

    @Test
    void cookiesAreReadOrLeftOut() {
        forEachSeed(hostile -> {
            List<String> headers = List.of(hostile.text(), "session=" + hostile.text(), hostile.text());

            Map<String, List<String>> cookies = Cookies.parse(headers);

            assertThat(cookies).containsKey("session");
            assertThat(cookies.values()).doesNotContain(List.of());
        });
    }

    @Test
    void binderBindsOrRefuses() {
        Binder binder = new Binder(Everything.class, new PathTemplate("/x/{id}"), Dependencies.none());
        forEachSeed(hostile -> {
            Map<String, List<String>> query = Map.of(
                    "q", List.of(hostile.text()), "n", List.of(hostile.text()), "l", List.of("1", hostile.text()));
            Visitor visitor = Visitors.of(
                    Map.of("id", hostile.text()),
                    hostile.toss() ? query : Map.of("q", List.of(hostile.text())),
                    Map.of("session", List.of(hostile.text())));
            try {
                assertThat(binder.bind(visitor).value()).isInstanceOf(Everything.class);
            } catch (HandshakeRefused refused) {
                assertThat(refused.status()).isEqualTo(403);
                assertThat(refused.getMessage()).matches("query parameter [qnl] is not an integer( of (32|64) bits)?");
            }
        });
    }

    enum Colour {
        RED
    }

    record Typed(
            @QueryParam("a") Optional<BigDecimal> decimal,
            @QueryParam("b") Optional<Double> floating,
            @QueryParam("c") Optional<Boolean> truth,
            @QueryParam("d") Optional<UUID> uuid,
            @QueryParam("e") Optional<Duration> duration,
            @QueryParam("f") Optional<Instant> time,
            @QueryParam("g") Optional<LocalDate> date,
            @QueryParam("h") Optional<Colour> colour,
            @QueryParam("i") @Size(max = 3) List<Short> numbers,
            @QueryParam("j") @Pattern(regexp = "(a|aa)+$") Optional<String> pattern,

            @QueryParam("k") @Digits(integer = 3, fraction = 2)
            Optional<BigDecimal> price,

            @HeaderParam Optional<Secret> authorization,
            @HeaderParam("Sec-WebSocket-Protocol") List<Secret> subprotocols,
            @Depends(HttpBearer.class) Secret bearer,
            @Depends(HttpBasic.class) HttpBasic.Login login) {}

    /** Names, duplicates, escapes, lone surrogates, eight kibibytes of anything: bound or refused, within five milliseconds. */
    @Test
    void everyTypeIsBoundOrRefusedAndNoThreadIsHeld() {
        Binder binder = new Binder(Typed.class, new PathTemplate("/x"), Dependencies.none());
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        forEachSeed(hostile -> {
            String name = Character.toString('a' + hostile.text().length() % 11);
            Map<String, List<String>> query = Map.of(
                    name, List.of(hostile.text(), hostile.text()), hostile.decent() + "x", List.of(hostile.text()));
            Map<String, List<String>> headers = Map.of(
                    "Authorization", List.of((hostile.toss() ? "Basic " : "Bearer ") + hostile.text()),
                    "Sec-WebSocket-Protocol", List.of(hostile.text(), "bearer." + hostile.text()));
            long quickest = Long.MAX_VALUE;
            for (int i = 0; i < 5 && quickest > BOUND_NANOS; i++) { // not the compiler's time, nor the collector's
                long start = threads.getCurrentThreadCpuTime();
                try {
                    binder.bind(Visitors.of(Map.of(), query, Map.of(), headers));
                } catch (HandshakeRefused refused) {
                    assertThat(refused.status()).isIn(401, 403);
                }
                quickest = Math.min(quickest, threads.getCurrentThreadCpuTime() - start);
            }
            assertThat(quickest).isLessThan(BOUND_NANOS);
        });
    }

    @Test
    void originRuleSaysYesOrNo() {
        OriginRule rule = new OriginRule(Set.of("https://app.example"), true);
        forEachSeed(hostile -> {
            String text = hostile.text();

            assertThat(rule.admits(text, hostile.text(), hostile.toss(), hostile.toss()))
                    .isFalse();
            assertThat(rule.admits("http://evil.example" + text, "localhost", hostile.toss(), hostile.toss()))
                    .isFalse();
            assertThat(rule.admits("https://app.example", text, hostile.toss(), hostile.toss()))
                    .isTrue();
        });
    }

    @Test
    void gateLetsInOrRefusesAndNeverFails() {
        forEachSeed(hostile -> {
            GateExchange exchange = GateExchange.upgrade((hostile.toss() ? "/x/" : "/n/") + hostile.text() + "?"
                            + (hostile.toss() ? "q=" : "") + hostile.text())
                    .with("Cookie", hostile.text())
                    .with("Cookie", "session=" + hostile.text());
            if (hostile.toss()) {
                exchange.with("Origin", hostile.toss() ? hostile.text() : "http://localhost:8080");
            }

            exchange.through(gate);

            if (exchange.hasPassed()) {
                assertThat(exchange.status()).isZero();
            } else {
                assertThat(exchange.status()).isIn(400, 403, 404);
            }
            assertThat(gate.isDeciding()).isFalse();
        });
    }

    private static void forEachSeed(Consumer<Hostile> check) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            try {
                check.accept(new Hostile(seed));
            } catch (Throwable e) {
                throw new AssertionError("with -Dhostile.seed=" + seed + ": " + e, e);
            }
        }
    }
}
