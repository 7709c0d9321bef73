package dev.parley.guide;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** What an address answers with: bytes that never change, their media type, and a strong entity tag made from them. */
final class Content {
    private static final int TAG_BYTES = 15;

    private final String mediaType;
    private final byte[] body;
    private final String entityTag;

    /** Takes the array over; the caller must not touch it again. */
    Content(String mediaType, byte[] body) {
        this.mediaType = mediaType;
        this.body = body;
        this.entityTag = tagOf(body);
    }

    String mediaType() {
        return mediaType;
    }

    /** In quotes, as it goes into the header (RFC 9110, section 8.8.3). */
    String entityTag() {
        return entityTag;
    }

    int length() {
        return body.length;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(body);
    }

    private static String tagOf(byte[] body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
            return '"' + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, TAG_BYTES)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
