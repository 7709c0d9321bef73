package dev.parley.events;

import dev.parley.node.HmacSha256;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What webhooks are signed with: one key, or two while the receiver changes from one to the other. Immutable.
 *
 * @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard Webhooks</a>
 */
public final class WebhookSecret {
    private static final Pattern RULE = Pattern.compile("whsec_[A-Za-z0-9+/]{32,86}={0,2}");
    private static final String PREFIX = "whsec_";

    private final List<byte[]> keys = new ArrayList<>();

    /**
     * Reads it.
     *
     * @param text {@code whsec_} and 24 to 64 bytes in base64; several with commas
     * @throws IllegalArgumentException if it is none; the message says nothing of it
     */
    public WebhookSecret(String text) {
        for (String key : text.split(",", -1)) {
            if (!RULE.matcher(key.strip()).matches()) {
                throw new IllegalArgumentException(
                        "must be whsec_ and 24 to 64 random bytes in base64, or two of these with a comma");
            }
            try {
                keys.add(Base64.getDecoder().decode(key.strip().substring(PREFIX.length())));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("what follows whsec_ is not base64"); // the cause may repeat it
            }
        }
    }

    /** The header {@code webhook-signature}. */
    String sign(String id, long timestamp, String body) {
        String signed = id + '.' + timestamp + '.' + body;
        return keys.stream()
                .map(key -> "v1," + Base64.getEncoder().encodeToString(HmacSha256.of(key, signed)))
                .collect(Collectors.joining(" "));
    }

    @Override
    public String toString() {
        return "secret of a webhook";
    }
}
