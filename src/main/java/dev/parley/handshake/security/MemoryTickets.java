package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The tickets of one node, in its memory, a bounded number of them. Thread-safe. It remembers digests only, so that nobody who
 * reads its memory gets in.
 */
public final class MemoryTickets implements Tickets {
    private static final int MAX_TICKETS = 100_000;
    private static final int TICKET_BYTES = 32;

    private record Given(Credential credential, Optional<String> origin, long until) {}

    private final Map<String, Given> given = new LinkedHashMap<>(); // the oldest first; guarded by itself
    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanoTime;
    private final int max;

    public MemoryTickets() {
        this(System::nanoTime, MAX_TICKETS);
    }

    MemoryTickets(LongSupplier nanoTime, int max) {
        this.nanoTime = nanoTime;
        this.max = max;
    }

    @Override
    public Optional<Secret> give(Credential credential, Optional<String> origin) {
        byte[] octets = new byte[TICKET_BYTES];
        random.nextBytes(octets);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        long now = nanoTime.getAsLong();
        synchronized (given) {
            forgetOld(now);
            if (given.size() >= max) {
                return Optional.empty();
            }
            given.put(digest(ticket), new Given(credential, origin, now + LIFETIME.toNanos()));
        }
        return Optional.of(new Secret(ticket));
    }

    @Override
    public Optional<Credential> redeem(Secret ticket, Optional<String> origin) {
        String digest = digest(ticket.reveal());
        synchronized (given) {
            forgetOld(nanoTime.getAsLong());
            return Optional.ofNullable(given.remove(digest))
                    .filter(found -> found.origin().equals(origin))
                    .map(Given::credential);
        }
    }

    private void forgetOld(long now) {
        Iterator<Given> oldest = given.values().iterator();
        while (oldest.hasNext() && now - oldest.next().until() >= 0) {
            oldest.remove();
        }
    }

    private static String digest(String ticket) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(ticket.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
