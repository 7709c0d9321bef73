package dev.parley.handshake.security;

import dev.parley.handshake.Dependency;
import dev.parley.handshake.HeaderParam;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * User and password of HTTP Basic; whether they are right is for whoever depends on it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7617">RFC 7617</a>
 */
public record HttpBasic(@HeaderParam("Authorization") Optional<Secret> authorization)
        implements Dependency<HttpBasic.Login> {
    /**
     * What was sent.
     *
     * @param user without a colon, and perhaps empty
     * @param password may hold colons
     */
    public record Login(String user, Secret password) {
        /** Whether it is this user with this password. Takes as long for a right user as for a wrong one. */
        public boolean is(String otherUser, String otherPassword) {
            boolean samePassword = password.is(otherPassword); // looked at in any case
            return new Secret(user).is(otherUser) && samePassword;
        }

        /** Says nothing of either. */
        @Override
        public String toString() {
            return "login";
        }
    }

    @Override
    public Login value() {
        String encoded = Authorization.of("Basic", authorization)
                .orElseThrow(Challenge.BASIC::missing)
                .reveal();
        try {
            byte[] octets = Base64.getDecoder().decode(encoded);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
            int colon = text.indexOf(':');
            if (colon >= 0 && text.chars().noneMatch(Character::isISOControl)) {
                return new Login(text.substring(0, colon), new Secret(text.substring(colon + 1)));
            }
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            // refused below, like whatever else is none
        }
        throw Challenge.BASIC.wrong("malformed Basic credentials");
    }
}
