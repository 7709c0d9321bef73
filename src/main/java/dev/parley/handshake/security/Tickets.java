package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import dev.parley.handshake.HandshakeRefused;
import java.time.Duration;
import java.util.Optional;

/**
 * One-time tickets: for a page that cannot send its token along with a handshake, and should not write it into a URL. Bound to whom
 * it was given and to the page's origin; good for a moment and for once. Thread-safe.
 *
 * <p>With several nodes, the one that redeems a ticket need not be the one that gave it: {@link SharedTickets} are good on all of
 * them.
 */
public interface Tickets {
    /** How long a ticket is good for. */
    Duration LIFETIME = Duration.ofSeconds(30);

    /**
     * Gives a ticket.
     *
     * @param origin of the page that asks for it; nothing if it is no page
     * @return nothing if there are too many already, of this user or of all
     * @throws HandshakeRefused if what is shared with other nodes is away
     */
    Optional<Secret> give(Credential credential, Optional<String> origin);

    /**
     * Takes a ticket back, whatever comes of it: nobody gets in with it again.
     *
     * @param origin of the page that brings it
     * @return whose it is; nothing if it is none, is too old, has been here before, or was another origin's
     * @throws HandshakeRefused if what is shared with other nodes is away
     */
    Optional<Credential> redeem(Secret ticket, Optional<String> origin);
}
