package dev.parley.handshake.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens: signed by one of our keys, with an algorithm that we allow, by our issuer, for us, and now. Thread-safe.
 * Blocks while keys are fetched that it needs: two seconds at most, sixteen threads at once, and never for a key that it knows.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8725">RFC 8725, JSON Web Token Best Current Practices</a>
 */
public final class JwtVerifier implements TokenVerifier {
    /**
     * What a token must be like.
     *
     * @param algorithms names such as {@code RS256} and {@code ES256}, {@code HS256} for keys that are secrets; no other is taken,
     *     whatever a token or a key says
     * @param issuer who must have issued it; nothing for anybody whose key we have
     * @param audience whom it must be for; nothing for anybody
     * @param skew how far clocks may be apart
     */
    public record Rules(Set<String> algorithms, Optional<String> issuer, Optional<String> audience, Duration skew) {
        private static final Set<String> KNOWN = Set.of(
                "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
                "ES512");

        /**
         * Copies what it is given.
         *
         * @throws IllegalArgumentException if there is no algorithm, or one that is not of {@code HS}, {@code RS}, {@code PS} or
         *     {@code ES} with 256, 384 or 512
         */
        public Rules {
            algorithms = Set.copyOf(algorithms);
            if (algorithms.isEmpty() || !KNOWN.containsAll(algorithms)) {
                throw new IllegalArgumentException("algorithms must be some of " + new TreeSet<>(KNOWN));
            }
        }
    }

    private static final Logger LOG = System.getLogger(JwtVerifier.class.getName());
    private static final int MAX_LENGTH = 8 * 1024;
    private static final int MAX_USER_LENGTH = 255; // as OpenID Connect has it for sub
    private static final Set<JOSEObjectType> TYPES = new HashSet<>();

    static {
        // In any case; whoever writes them in full means the same (RFC 7515, section 4.1.9; RFC 9068, section 4).
        for (String type : List.of("JWT", "application/jwt", "at+jwt", "application/at+jwt")) {
            TYPES.add(new JOSEObjectType(type));
        }
        TYPES.add(null); // without one
    }

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final AtomicBoolean keysAreAway = new AtomicBoolean();

    public JwtVerifier(JwtKeys keys, Rules rules, Clock clock) {
        Set<JWSAlgorithm> algorithms =
                rules.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(TYPES));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, keys.source()));
        processor.setJWTClaimsSetVerifier(new Claims(rules, clock));
    }

    @Override
    public Verdict verify(String token) {
        if (token.length() > MAX_LENGTH) {
            return new Verdict.Rejected("too long");
        }
        try {
            Verdict verdict = verdict(processor.process(SignedJWT.parse(token), null));
            keysAreAway.set(false);
            return verdict;
        } catch (ExpiredJWTException late) {
            return new Verdict.Rejected("expired");
        } catch (BadJWTException wrong) {
            return new Verdict.Rejected("not for us, or not now");
        } catch (BadJOSEException wrong) {
            return new Verdict.Rejected("not signed with one of the keys, or with an algorithm that is not allowed");
        } catch (KeySourceException away) {
            if (!keysAreAway.getAndSet(true)) {
                LOG.log(Level.WARNING, "keys for tokens cannot be fetched: {0}", away.getMessage());
            }
            return new Verdict.Unavailable("keys cannot be fetched");
        } catch (ParseException | JOSEException | RuntimeException malformed) {
            return new Verdict.Rejected("malformed");
        }
    }

    private static Verdict verdict(JWTClaimsSet claims) {
        String user = claims.getSubject();
        if (user == null || user.isBlank()) {
            return new Verdict.Rejected("nobody's");
        }
        if (user.length() > MAX_USER_LENGTH) {
            return new Verdict.Rejected("a name that is too long");
        }
        return new Verdict.Accepted(new Credential(
                Credential.Source.TOKEN,
                user,
                scopes(claims.getClaims()),
                roles(claims.getClaims()),
                claims.getClaims(),
                Optional.of(claims.getExpirationTime().toInstant())));
    }

    /** As one text with spaces ({@code scope}, RFC 8693) or as a list ({@code scp}, {@code scopes}), which many issuers write. */
    private static Set<String> scopes(Map<String, Object> claims) {
        return texts(claims, List.of("scope", "scp", "scopes"), text -> List.of(text.split(" ", -1)));
    }

    /** As RFC 9068 calls them, and MicroProfile JWT ({@code groups}). A text is one of them, whatever its letters. */
    private static Set<String> roles(Map<String, Object> claims) {
        return texts(claims, List.of("roles", "groups"), List::of);
    }

    private static Set<String> texts(
            Map<String, Object> claims, List<String> names, Function<String, List<String>> partsOf) {
        Set<String> texts = new LinkedHashSet<>();
        for (String name : names) {
            @Nullable Object value = claims.get(name);
            if (value instanceof String text) {
                texts.addAll(partsOf.apply(text));
            } else if (value instanceof Collection<?> list) {
                list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .forEach(texts::add);
            }
        }
        texts.remove("");
        return texts;
    }

    /** Tells the time by our clock. */
    private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
        private final Clock clock;

        Claims(Rules rules, Clock clock) {
            super(
                    rules.audience().orElse(null),
                    rules.issuer()
                            .map(issuer ->
                                    new JWTClaimsSet.Builder().issuer(issuer).build())
                            .orElse(null),
                    Set.of("sub", "exp"));
            this.clock = clock;
            setMaxClockSkew((int) rules.skew().toSeconds());
        }

        @Override
        protected Date currentTime() {
            return Date.from(clock.instant());
        }
    }
}
