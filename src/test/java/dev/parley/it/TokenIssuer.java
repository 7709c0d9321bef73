package dev.parley.it;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Who signs tokens with a key of its own. */
record TokenIssuer(OctetSequenceKey key, Path keys) {
    /** Makes a key, and writes it into a directory. */
    static TokenIssuer in(Path directory) throws IOException {
        try {
            OctetSequenceKey key = new OctetSequenceKeyGenerator(256)
                    .keyID("k1")
                    .algorithm(JWSAlgorithm.HS256)
                    .generate();
            return new TokenIssuer(
                    key, Files.writeString(directory.resolve("keys.json"), new JWKSet(key).toString(false)));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** The options of a virtual machine whose Parley takes these tokens, besides others. */
    List<String> trustedBy(String... others) {
        List<String> options = new ArrayList<>(List.of(others));
        options.addAll(
                List.of("-Dparley.jwt-keys=" + keys, "-Dparley.jwt-algorithms=HS256", "-Dparley.jwt-audience=parley"));
        return options;
    }

    String token(String user, Duration life, Map<String, Object> claims) {
        JWTClaimsSet.Builder builder = new JWTClaimsSet.Builder()
                .subject(user)
                .audience("parley")
                .expirationTime(Date.from(Instant.now().plus(life)));
        claims.forEach(builder::claim);
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(), builder.build());
        try {
            jwt.sign(new MACSigner(key));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
        return jwt.serialize();
    }
}
