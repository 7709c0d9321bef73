package dev.parley.backplane.engine;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What nodes put under a text with the secret they share, an HMAC-SHA256, so that nobody else can write for them. Thread-safe. */
final class Hmac {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String NONE = "-";

    private final String secret;

    /** Signs nothing if the secret is empty. */
    Hmac(String secret) {
        this.secret = secret;
    }

    /** Without a space. */
    String of(String text) {
        if (secret.isEmpty()) {
            return NONE;
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    boolean fits(String signature, String text) {
        return MessageDigest.isEqual(
                of(text).getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }
}
