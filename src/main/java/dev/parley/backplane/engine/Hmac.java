package dev.parley.backplane.engine;

import dev.parley.node.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** What nodes put under a text with the secret they share, an HMAC-SHA256, so that nobody else can write for them. Thread-safe. */
final class Hmac {
    private static final String NONE = "-";

    private final String secret;

    /** Signs nothing if the secret is empty. */
    Hmac(String secret) {
        this.secret = secret;
    }

    /** Without a space. */
    String of(String text) {
        return secret.isEmpty()
                ? NONE
                : Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(HmacSha256.of(secret.getBytes(StandardCharsets.UTF_8), text));
    }

    boolean fits(String signature, String text) {
        return MessageDigest.isEqual(
                of(text).getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }
}
