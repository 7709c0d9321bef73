package dev.parley.handshake.security;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.handshake.Credential;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.node.Budget;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Tickets that are good on every node of a backplane, once over all of them. Thread-safe; waits for the engine, as long as the
 * backplane does. The engine has a digest of each, and what it stands for, for as long as it is good. How many each user holds is
 * counted by each node, of those that it gave.
 */
public final class SharedTickets implements Tickets {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final int UNAVAILABLE = 503;
    private static final long PATIENCE_SECONDS = 2;

    private final Backplane backplane;
    private final Shares<Boolean> given; // by this node

    /** Of a node whose memory they count against. */
    public SharedTickets(Backplane backplane, Budget budget) {
        this.backplane = backplane;
        this.given = new Shares<>(System::nanoTime, MemoryTickets.MAX_TICKETS, budget);
    }

    @Override
    public Optional<Secret> give(Credential credential, Optional<String> origin) {
        Secret ticket = Secret.random();
        if (!given.add(ticket.digest(), credential.identity(), true)) {
            return Optional.empty();
        }
        try {
            Object unused = await(backplane.keep(key(ticket), new Passport(credential, origin).toText(), LIFETIME));
            return Optional.of(ticket);
        } catch (RuntimeException notKept) {
            Object unused = given.remove(ticket.digest());
            throw notKept;
        }
    }

    @Override
    public Optional<Credential> redeem(Secret ticket, Optional<String> origin) {
        if (!FORM.matcher(ticket.reveal()).matches()) {
            return Optional.empty(); // no need to ask
        }
        Object unused = given.remove(ticket.digest()); // if this node gave it
        return await(backplane.take(key(ticket)))
                .flatMap(Passport::parse)
                .filter(found -> found.origin().equals(origin))
                .map(Passport::credential);
    }

    private static String key(Secret ticket) {
        return "ticket:" + ticket.digest();
    }

    private static <T> T await(CompletionStage<T> answer) {
        try {
            return answer.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new HandshakeRefused(UNAVAILABLE, "tickets cannot be had: the node is stopping");
        } catch (TimeoutException e) {
            throw new HandshakeRefused(UNAVAILABLE, "tickets cannot be had: the backplane is slow");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BackplaneException) {
                throw new HandshakeRefused(
                        UNAVAILABLE, "tickets cannot be had: " + e.getCause().getMessage());
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
