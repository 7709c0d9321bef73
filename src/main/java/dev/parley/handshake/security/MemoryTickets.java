package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import dev.parley.node.Budget;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The tickets of one node, in its memory: a bounded number of them, and of each user. Thread-safe. It remembers digests only, so
 * that nobody who reads its memory gets in.
 */
public final class MemoryTickets implements Tickets {
    static final int MAX_TICKETS = 100_000;

    private record Given(Credential credential, Optional<String> origin) {}

    private final Shares<Given> given;

    public MemoryTickets() {
        this(System::nanoTime, MAX_TICKETS);
    }

    MemoryTickets(LongSupplier nanoTime, int max) {
        this.given = new Shares<>(nanoTime, max, new Budget(Long.MAX_VALUE));
    }

    @Override
    public Optional<Secret> give(Credential credential, Optional<String> origin) {
        Secret ticket = Secret.random();
        return given.add(ticket.digest(), credential.identity(), new Given(credential, origin))
                ? Optional.of(ticket)
                : Optional.empty();
    }

    @Override
    public Optional<Credential> redeem(Secret ticket, Optional<String> origin) {
        return given.remove(ticket.digest())
                .filter(found -> found.origin().equals(origin))
                .map(Given::credential);
    }
}
