package dev.parley.api;

import dev.parley.handshake.OriginRule;
import dev.parley.node.HmacSha256;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Tells a write that an operator's browser was tricked into from one that the operator wants. A browser sends the operator's
 * password along whoever asks it to, so a write that comes from a browser must come from a page of ours and carry a token that
 * only such a page can have read. Whatever is no browser has nothing that could be used against its will. Thread-safe.
 *
 * <p>The token is made from the password itself, which the forger does not know: so every node makes the same one, and nothing
 * need be kept.
 */
public final class CsrfGuard {
    /** The header that carries the token. */
    public static final String HEADER = "X-Parley-Token";

    private final OriginRule origins;
    private final byte[] secret = new byte[32]; // for operators whom the server knows by other means than a password

    /**
     * Asks the rule by which the console's socket is let in, too: what a page may open, it may write to.
     *
     * @param origins which pages may connect
     */
    public CsrfGuard(OriginRule origins) {
        this.origins = origins;
        new SecureRandom().nextBytes(secret);
    }

    /** The token of whoever is behind this request. */
    public String token(HttpServletRequest request, String user) {
        String authorization = request.getHeader("Authorization");
        byte[] key = authorization == null ? secret : authorization.getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(HmacSha256.of(key, "write as " + user));
    }

    /** Whether a write may be somebody else's doing. */
    boolean isPossible(HttpServletRequest request, String user) {
        String origin = request.getHeader("Origin");
        String site = request.getHeader("Sec-Fetch-Site");
        if (origin == null && site == null && request.getHeader("Cookie") == null) {
            return false; // no browser: they send one of them with every write
        }
        String given = request.getHeader(HEADER);
        boolean isOurs = (site == null || site.equals("same-origin")) && origins.allows(request);
        boolean knows = given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8),
                        token(request, user).getBytes(StandardCharsets.UTF_8));
        return !(isOurs && knows);
    }
}
