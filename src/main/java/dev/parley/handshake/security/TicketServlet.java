package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.RequestBinder;
import dev.parley.handshake.Visitor;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Gives tickets: {@code POST}, with a token or a login, is answered with {@code {"ticket":"…","seconds":30}}. Only to pages that may
 * connect, because a browser sends its cookies along for any page.
 */
public final class TicketServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final int TOO_MANY_REQUESTS = 429;

    /** What the request brings. */
    private record Asking(@Depends(CurrentUser.class) Credential credential, Visitor visitor) {}

    /** Whom a ticket is made out to. */
    private record Holder(Credential credential, Optional<String> origin) {}

    private final transient RequestBinder<Asking> binder;
    private final transient Tickets tickets;
    private final transient OriginRule origins;

    /**
     * A servlet that gives tickets.
     *
     * @param dependencies with a {@link dev.parley.handshake.TokenVerifier} among them
     */
    public TicketServlet(Tickets tickets, OriginRule origins, Dependencies dependencies) {
        this.binder = new RequestBinder<>(Asking.class, dependencies.with(Tickets.class, new NoTickets()));
        this.tickets = tickets;
        this.origins = origins;
    }

    /** A ticket does not give another. */
    private static final class NoTickets implements Tickets {
        @Override
        public Optional<Secret> give(Credential credential, Optional<String> origin) {
            return Optional.empty();
        }

        @Override
        public Optional<Credential> redeem(Secret ticket, Optional<String> origin) {
            return Optional.empty();
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        try {
            origins.check(request);
            Holder holder = binder.with(
                    request,
                    asking -> new Holder(asking.credential(), asking.visitor().origin()));
            Secret ticket = tickets.give(holder.credential(), holder.origin())
                    .orElseThrow(() -> new HandshakeRefused(TOO_MANY_REQUESTS, "too many tickets"));
            byte[] body = ("{\"ticket\":\"" + ticket.reveal() + "\",\"seconds\":" + Tickets.LIFETIME.toSeconds() + "}")
                    .getBytes(StandardCharsets.US_ASCII);
            response.setContentType("application/json");
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        } catch (HandshakeRefused refused) {
            response.setStatus(refused.status());
            refused.headers().forEach(response::setHeader);
            response.setContentLength(0);
        }
    }
}
