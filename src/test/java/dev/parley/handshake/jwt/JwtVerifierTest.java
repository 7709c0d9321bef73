package dev.parley.handshake.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.parley.handshake.Credential;
import dev.parley.handshake.TokenVerifier.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JwtVerifierTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final Set<String> ALL =
            Set.of("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384");

    private static RSAKey rsa;
    private static ECKey ec;
    private static OctetSequenceKey hmac;
    private static JWKSet published;

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        hmac = new OctetSequenceKeyGenerator(512).keyID("hmac").generate();
        published = new JWKSet(List.of(rsa.toPublicJWK(), ec.toPublicJWK()));
    }

    private final JwtVerifier verifier = verifier(published, Set.of("RS256", "PS256", "ES256"));

    @Test
    void tokenOfEachKindOfKeyIsTaken() throws Exception {
        assertAccepted(verifier, signed(JWSAlgorithm.RS256, rsa, claims()));
        assertAccepted(verifier, signed(JWSAlgorithm.PS256, rsa, claims()));
        assertAccepted(verifier, signed(JWSAlgorithm.ES256, ec, claims()));
        assertAccepted(verifier(new JWKSet(hmac), Set.of("HS256")), signed(JWSAlgorithm.HS256, hmac, claims()));
    }

    @Test
    void credentialIsWhatTheClaimsSay() throws Exception {
        JWTClaimsSet claims = new JWTClaimsSet.Builder(claims().build())
                .claim("scope", "rooms:read rooms:write")
                .claim("scp", List.of("admin"))
                .claim("team", "red")
                .build();
        Credential credential = ((Verdict.Accepted)
                        verifier.verify(signed(JWSAlgorithm.ES256, ec, new JWTClaimsSet.Builder(claims))))
                .credential();

        assertThat(credential.user()).isEqualTo("alice");
        assertThat(credential.scopes()).containsExactlyInAnyOrder("rooms:read", "rooms:write", "admin");
        assertThat(credential.claims()).containsEntry("team", "red").containsEntry("iss", "us");
        assertThat(credential.expires()).contains(NOW.plusSeconds(60));
    }

    @Test
    void timesCountWithTheSkewAndNoLonger() throws Exception {
        assertAccepted(verifier, rs256(claims().expirationTime(at(-29))));
        assertRejected("expired", rs256(claims().expirationTime(at(-31))));
        assertAccepted(verifier, rs256(claims().notBeforeTime(at(29))));
        assertRejected("not for us, or not now", rs256(claims().notBeforeTime(at(31))));
    }

    @Test
    void everyClaimMustBeThereAndRight() throws Exception {
        for (JWTClaimsSet.Builder wrong : List.of(
                claims().issuer("them"),
                claims().issuer(null),
                claims().audience("them"),
                claims().audience(List.of()),
                claims().subject(null),
                claims().expirationTime(null))) {
            assertRejected("not for us, or not now", rs256(wrong));
        }
        assertRejected("nobody's", rs256(claims().subject(" ")));
        assertRejected("a name that is too long", rs256(claims().subject("x".repeat(256))));
        assertAccepted(verifier, rs256(claims().audience(List.of("them", "parley"))));
    }

    @Test
    void algNoneIsNone() throws Exception {
        assertRejected("malformed", new PlainJWT(claims().build()).serialize());
        String[] parts = rs256(claims()).split("\\.", -1);
        for (String alg : List.of("none", "None", "NONE", "nOnE", "", "RS1", "dir")) {
            String header = encoded("{\"alg\":\"" + alg + "\"}");
            assertRejected(null, header + "." + parts[1] + ".");
            assertRejected(null, header + "." + parts[1] + "." + parts[2]);
        }
    }

    /** A public key is no secret: whoever has it must not be able to sign with it as if it were one. */
    @Test
    void publicKeyIsNotTakenForASecret() throws Exception {
        JwtVerifier any = verifier(published, ALL);
        for (byte[] known : List.of(
                rsa.toRSAPublicKey().getEncoded(),
                rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
                ("-----BEGIN PUBLIC KEY-----\n"
                                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                        .encodeToString(rsa.toRSAPublicKey().getEncoded())
                                + "\n-----END PUBLIC KEY-----\n")
                        .getBytes(StandardCharsets.US_ASCII))) {
            for (String kid : List.of("rsa", "ec", "other")) {
                JWSHeader header =
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(kid).build();
                SignedJWT forged = new SignedJWT(header, claims().build());
                forged.sign(new MACSigner(known));
                assertRejected(any, null, forged.serialize());
            }
        }
    }

    @Test
    void algorithmThatIsNotAllowedIsNotTakenThoughTheKeyIsOurs() throws Exception {
        assertRejected(null, signed(JWSAlgorithm.RS512, rsa, claims()));
        assertRejected(verifier(new JWKSet(hmac), Set.of("HS512")), null, signed(JWSAlgorithm.HS256, hmac, claims()));
    }

    @Test
    void keyOfSomebodyElseIsNotTakenWhateverItsName() throws Exception {
        RSAKey foreign = new RSAKeyGenerator(2048).keyID("rsa").generate();
        assertRejected(null, signed(JWSAlgorithm.RS256, foreign, claims()));
        assertRejected(
                null,
                signed(
                        JWSAlgorithm.RS256,
                        new RSAKey.Builder(rsa).keyID("other").build(),
                        claims()));
        assertRejected(
                null,
                signed(JWSAlgorithm.ES256, ec, claims())
                        .replaceFirst("[^.]+", encoded("{\"alg\":\"RS256\",\"kid\":\"rsa\"}")));
    }

    /** Headers that say where a key is to be had: in the token itself, or at the attacker's. */
    @Test
    void keyThatTheTokenBringsIsNotTaken() throws Exception {
        RSAKey own = new RSAKeyGenerator(2048).keyID("own").generate();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .jwk(own.toPublicJWK())
                .jwkURL(URI.create("http://127.0.0.1:1/keys"))
                .build();
        SignedJWT forged = new SignedJWT(header, claims().build());
        forged.sign(new RSASSASigner(own));
        assertRejected(null, forged.serialize());
    }

    @Test
    void tokenInATokenAndOtherTypesAreNotTaken() throws Exception {
        JWSHeader nested = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .contentType("JWT")
                .keyID("rsa")
                .build();
        JWSObject outer = new JWSObject(nested, new Payload(rs256(claims())));
        outer.sign(new RSASSASigner(rsa));
        assertRejected(null, outer.serialize());

        for (JOSEObjectType type : List.of(new JOSEObjectType("logout+jwt"), new JOSEObjectType("dpop+jwt"))) {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .type(type)
                    .keyID("rsa")
                    .build();
            SignedJWT other = new SignedJWT(header, claims().build());
            other.sign(new RSASSASigner(rsa));
            assertRejected(null, other.serialize());
        }
        JWSHeader access = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID("rsa")
                .build();
        SignedJWT token = new SignedJWT(access, claims().build());
        token.sign(new RSASSASigner(rsa));
        assertAccepted(verifier, token.serialize());
    }

    @Test
    void unknownCriticalHeaderIsNotPassedOver() throws Exception {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("rsa")
                .customParam("exp-policy", 1)
                .criticalParams(Set.of("exp-policy"))
                .build();
        SignedJWT token = new SignedJWT(header, claims().build());
        token.sign(new RSASSASigner(rsa));
        assertRejected(null, token.serialize());
    }

    @Test
    void eachBitCounts() throws Exception {
        String token = rs256(claims());
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            int at = random.nextInt(token.length());
            char other = "ABCxyz019-_.=+/ \0é".charAt(random.nextInt(18));
            String changed = token.substring(0, at) + other + token.substring(at + 1);
            if (at < token.lastIndexOf('.') && other != token.charAt(at)) {
                assertRejected(null, changed);
            }
            assertRejected(null, token.substring(0, at));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "...", "....", "a.b.c", "e30.e30.", "e30.e30.e30", "\ud800", "null", "{}"})
    void whatIsNoTokenIsRejected(String garbage) {
        assertRejected(null, garbage);
        assertRejected(null, garbage.repeat(900));
    }

    @Test
    void oversizedAndDeepTokensAreRejectedQuickly() throws Exception {
        assertRejected("too long", rs256(claims().claim("pad", "x".repeat(8192))));
        assertRejected("too long", "a".repeat(50_000_000));
        String deep = encoded("{\"alg\":\"RS256\",\"x\":" + "[".repeat(5000) + "]".repeat(5) + "}");
        assertRejected(null, deep + ".e30.e30");
        assertRejected(
                null, encoded("{\"alg\":\"RS256\",\"kid\":\"rsa\"}") + "." + encoded("{\"a\":".repeat(1000)) + ".e30");
    }

    @Test
    void whyATokenWasRejectedTellsNothingOfIt() throws Exception {
        for (String token : List.of(
                rs256(claims().audience("s3cr3t")),
                rs256(claims().issuer("s3cr3t")),
                encoded("{\"alg\":\"s3cr3t\"}") + ".s3cr3t.s3cr3t",
                "s3cr3t",
                signed(
                        JWSAlgorithm.RS256,
                        new RSAKey.Builder(rsa).keyID("s3cr3t").build(),
                        claims()))) {
            assertThat(((Verdict.Rejected) verifier.verify(token)).why()).doesNotContain("s3cr3t");
        }
    }

    @Test
    void keysAreReadFromAFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("keys.json"), published.toString());

        assertAccepted(new JwtVerifier(JwtKeys.at(file.toString()), rules(Set.of("RS256")), clock()), rs256(claims()));
    }

    @Test
    void keysAreFetchedFromAUrlAndAgainForAKeyThatIsNew() throws Exception {
        AtomicInteger fetched = new AtomicInteger();
        AtomicReference<JWKSet> keys = new AtomicReference<>(published);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/keys", exchange -> {
            fetched.incrementAndGet();
            byte[] body = keys.get().toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
            JwtVerifier remote = new JwtVerifier(JwtKeys.at(url), rules(Set.of("RS256")), clock());
            for (int i = 0; i < 20; i++) {
                assertAccepted(remote, rs256(claims()));
            }
            assertThat(fetched).hasValue(1);

            RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
            keys.set(new JWKSet(List.of(rsa.toPublicJWK(), next.toPublicJWK())));
            assertAccepted(remote, signed(JWSAlgorithm.RS256, next, claims()));
            assertThat(fetched).hasValue(2);

            // Whoever makes up names of keys does not make us ask for each.
            for (int i = 0; i < 50; i++) {
                RSAKey made = new RSAKey.Builder(rsa).keyID("made-up-" + i).build();
                assertRejected(remote, null, signed(JWSAlgorithm.RS256, made, claims()));
            }
            assertThat(fetched.get()).isLessThan(5);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void keysThatCannotBeFetchedAreNobodysFaultButNobodyGetsIn() throws Exception {
        JwtVerifier away = new JwtVerifier(JwtKeys.at("http://127.0.0.1:1/keys"), rules(Set.of("RS256")), clock());

        assertThat(away.verify(rs256(claims()))).isEqualTo(new Verdict.Unavailable("keys cannot be fetched"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/no/such/file",
                "http://keys.example/",
                "http://127.0.0.1.evil.example/",
                "https://",
                "http:// /",
                "\0"
            })
    void placeWithoutKeysIsRefusedAtOnce(String place) {
        assertThatThrownBy(() -> JwtKeys.at(place)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keysThatAreNoneAreRefusedWithoutBeingPrinted() {
        assertThatThrownBy(() -> JwtKeys.of("{\"keys\":[{\"kty\":\"oct\",\"k\":\"czNjcjN0\"}]}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("256 bits");
        assertThatThrownBy(() -> JwtKeys.of("s3cr3t"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("s3cr3t")
                .hasNoCause();
    }

    /** RFC 7517, section 5. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"kty\":\"new\",\"kid\":\"x\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-999\",\"x\":\"AA\"}",
                "{\"kty\":\"RSA\"}",
                "{}",
                "{\"kty\":5}",
                "7"
            })
    void keyThatIsNotUnderstoodIsIgnored(String strange) throws Exception {
        String set = "{\"keys\":[" + strange + "," + rsa.toPublicJWK().toJSONString() + "," + strange + "]}";

        assertAccepted(new JwtVerifier(JwtKeys.of(set), rules(Set.of("RS256")), clock()), rs256(claims()));
        assertThatThrownBy(() -> JwtKeys.of("{\"keys\":[" + strange + "]}"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"JWT", "jwt", "application/jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT"})
    void typeMayBeWrittenInFullAndInAnyCase(String type) throws Exception {
        assertAccepted(verifier, typed(type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpop+jwt", "application/json", "at", "logout+jwt"})
    void tokenForSomethingElseIsRejected(String type) throws Exception {
        assertRejected(null, typed(type));
    }

    private static String typed(String type) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("rsa")
                        .type(new JOSEObjectType(type))
                        .build(),
                claims().build());
        token.sign(new RSASSASigner(rsa));
        return token.serialize();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "HS1", "rs256", "", "dir", "ES256K"})
    void algorithmThatNobodyShouldAllowIsRefused(String algorithm) {
        assertThatThrownBy(() -> rules(Set.of("RS256", algorithm))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rules(Set.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("alice")
                .issuer("us")
                .audience("parley")
                .expirationTime(at(60));
    }

    private static Date at(int seconds) {
        return Date.from(NOW.plusSeconds(seconds));
    }

    private static String rs256(JWTClaimsSet.Builder claims) throws Exception {
        return signed(JWSAlgorithm.RS256, rsa, claims);
    }

    private static String signed(JWSAlgorithm algorithm, JWK key, JWTClaimsSet.Builder claims) throws Exception {
        JWSSigner signer = key instanceof RSAKey r
                ? new RSASSASigner(r)
                : key instanceof ECKey e ? new ECDSASigner(e) : new MACSigner((OctetSequenceKey) key);
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims.build());
        token.sign(signer);
        return token.serialize();
    }

    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static JwtVerifier.Rules rules(Set<String> algorithms) {
        return new JwtVerifier.Rules(algorithms, Optional.of("us"), Optional.of("parley"), SKEW);
    }

    private static Clock clock() {
        return Clock.fixed(NOW, ZoneOffset.UTC);
    }

    private static JwtVerifier verifier(JWKSet keys, Set<String> algorithms) {
        return new JwtVerifier(JwtKeys.of(keys.toString(false)), rules(algorithms), clock());
    }

    private static void assertAccepted(JwtVerifier by, String token) {
        assertThat(by.verify(token)).isInstanceOf(Verdict.Accepted.class);
    }

    private void assertRejected(String why, String token) {
        assertRejected(verifier, why, token);
    }

    private static void assertRejected(JwtVerifier by, String why, String token) {
        Verdict verdict = by.verify(token);
        assertThat(verdict).isInstanceOf(Verdict.Rejected.class);
        if (why != null) {
            assertThat(((Verdict.Rejected) verdict).why()).isEqualTo(why);
        }
    }
}
