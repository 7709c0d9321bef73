package dev.parley.handshake.jwt;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.parley.node.SafeUrl;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys that tokens are signed with: a set of JSON Web Keys, in a file or at a URL. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7517">RFC 7517</a>
 */
public final class JwtKeys {
    private static final Logger LOG = System.getLogger(JwtKeys.class.getName());
    private static final Duration FETCH_TIME = Duration.ofSeconds(4);
    private static final int MIN_SECRET_BITS = 256;

    private final JWKSource<SecurityContext> source;

    private JwtKeys(JWKSource<SecurityContext> source) {
        this.source = source;
    }

    /**
     * The keys at a place.
     *
     * @param place a URL that begins with {@code https://}, or with {@code http://} and a host of the loopback interface; else the
     *     path of a file
     * @throws IllegalArgumentException if the place is none, or the file is none of keys; the message tells nothing of them
     */
    public static JwtKeys at(String place) {
        return place.startsWith("https://") || place.startsWith("http://") ? atUrl(place) : inFile(place);
    }

    /** The keys written down in {@code json}. */
    static JwtKeys of(String json) {
        try {
            JWKSet keys = read(json);
            keys.getKeys().forEach(key -> {
                if (key instanceof OctetSequenceKey secret && secret.size() < MIN_SECRET_BITS) {
                    throw new IllegalArgumentException("a secret key must have at least " + MIN_SECRET_BITS + " bits");
                }
            });
            return new JwtKeys(new ImmutableJWKSet<>(keys));
        } catch (ParseException wrong) {
            throw new IllegalArgumentException("not a set of JSON Web Keys"); // the cause would print what is there
        }
    }

    /**
     * The keys of a set that are understood; the others are ignored.
     *
     * @throws ParseException if it is no set of keys, or none of its keys is understood
     * @see <a href="https://www.rfc-editor.org/rfc/rfc7517#section-5">RFC 7517, section 5</a>
     */
    static JWKSet read(String json) throws ParseException {
        List<Object> all = JSONObjectUtils.getJSONArray(JSONObjectUtils.parse(json), "keys");
        if (all == null) {
            throw new ParseException("no keys", 0);
        }
        List<JWK> understood = new ArrayList<>();
        for (Object one : all) {
            try {
                if (one instanceof Map<?, ?> members) {
                    understood.add(JWK.parse(JSONObjectUtils.toJSONString(stringKeyed(members))));
                }
            } catch (ParseException | RuntimeException unknown) {
                LOG.log(Level.DEBUG, "a key of a set is not understood, and is ignored");
            }
        }
        if (understood.isEmpty() && !all.isEmpty()) {
            throw new ParseException("no key that is understood", 0);
        }
        return new JWKSet(understood);
    }

    private static Map<String, Object> stringKeyed(Map<?, ?> members) {
        Map<String, Object> named = new LinkedHashMap<>();
        members.forEach((name, value) -> named.put(String.valueOf(name), value));
        return named;
    }

    private static JwtKeys inFile(String path) {
        try {
            return of(Files.readString(Path.of(path)));
        } catch (IOException | InvalidPathException unreadable) {
            throw new IllegalArgumentException("not a URL, nor a file that can be read");
        }
    }

    /** Fetched when first needed; see {@link RemoteKeys}. */
    private static JwtKeys atUrl(String place) {
        return new JwtKeys(new RemoteKeys(new KeyFetch(SafeUrl.of(place), FETCH_TIME), System::nanoTime));
    }

    JWKSource<SecurityContext> source() {
        return source;
    }
}
