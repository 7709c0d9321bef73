package dev.parley.handshake.security;

import java.util.Optional;

/**
 * Reads the {@code Authorization} header.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2">RFC 9110, section 11.6.2</a>
 */
final class Authorization {
    private Authorization() {}

    /** What follows the scheme; nothing if there is no header, or one of another scheme, or nothing follows. */
    static Optional<Secret> of(String scheme, Optional<Secret> header) {
        return header.map(Secret::reveal)
                .filter(line -> line.length() > scheme.length()
                        && line.charAt(scheme.length()) == ' '
                        && line.regionMatches(true, 0, scheme, 0, scheme.length()))
                .map(line -> new Secret(line.substring(scheme.length() + 1).strip()))
                .filter(rest -> !rest.isEmpty());
    }
}
