package dev.parley.api;

import dev.parley.Action;
import dev.parley.Caller;
import dev.parley.backplane.RoomId;
import dev.parley.dialogue.Limits;
import dev.parley.dialogue.Policies;
import dev.parley.dialogue.Policies.Decision;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Dependencies;
import dev.parley.handshake.Depends;
import dev.parley.handshake.Gate;
import dev.parley.handshake.Handshake;
import dev.parley.handshake.HeaderParam;
import dev.parley.handshake.OriginRule;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.Route;
import dev.parley.handshake.security.PossibleUser;
import dev.parley.node.Threads;
import dev.parley.protocol.EventId;
import dev.parley.protocol.Mark;
import dev.parley.session.EventStreams;
import dev.parley.session.EventStreams.Wish;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.server.PathParam;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * The way in for whoever has no WebSocket: {@code GET …/rooms/{room}/events} and {@code …/rooms/events?room=a&room=b} are answered
 * with what {@code parley.v1} tells, as a stream of events. Who may is decided as for sockets, and before the answer begins: 400 for
 * what is no room's name, 401, 403, 429 or 503 for whom it is not for. {@code POST …/rooms/{room}/events} takes what a client says to
 * that room, a {@code send} or {@code history} of {@code parley.v1}, and answers with the frame that a socket would be sent.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, server-sent events</a>
 */
public final class EventsServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final String METHODS = "GET, HEAD, OPTIONS, POST";

    /** What a request brings, whatever its rooms are. */
    private record Asking(
            @Depends(PossibleUser.class) Optional<Credential> user,
            @HeaderParam("Last-Event-ID") Optional<String> last,
            @QueryParam("last-event-id") Optional<String> lastInQuery,
            @QueryParam("presence") Optional<String> presence) {}

    /** Asks for one room. */
    private record One(@PathParam("room") String room, Asking asking) {}

    /** Asks for several. */
    private record Several(@QueryParam("room") List<String> rooms, Asking asking) {}

    private final transient Gate gate;
    private final transient List<Route> routes;
    private final transient OriginRule origins;
    private final transient Policies policies;
    private final transient EventStreams streams;
    private final transient EventsPost posts;
    private final boolean needsCredential;
    private final int maxRooms;

    /**
     * A servlet for the two paths below {@code path}.
     *
     * @param identities what says who a visitor is
     * @param needsCredential or else somebody without one is a guest
     * @param limits of a socket
     */
    public EventsServlet(
            Gate gate,
            String path,
            Dependencies identities,
            OriginRule origins,
            Policies policies,
            EventStreams streams,
            boolean needsCredential,
            Limits limits) {
        this.gate = gate;
        this.routes = List.of(
                Route.stream(path + "/rooms/{room}/events", One.class, identities),
                Route.stream(path + "/rooms/events", Several.class, identities));
        this.origins = origins;
        this.policies = policies;
        this.streams = streams;
        this.needsCredential = needsCredential;
        this.maxRooms = limits.rooms();
        this.posts = new EventsPost(streams, limits.messageBytes());
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        allowOrigin(request, response);
        switch (request.getMethod()) {
            case "GET", "HEAD", "POST" -> {
                Optional<Handshake> handshake = gate.admit(request, response, routes);
                if (handshake.isPresent()) {
                    serve(request, response, handshake.get());
                }
            }
            case "OPTIONS" -> {
                response.setHeader("Allow", METHODS);
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            }
            default -> {
                response.setHeader("Allow", METHODS);
                Answer.problem(response, 405, "Method not allowed", "Another method is needed here.");
            }
        }
    }

    /** Pages of other origins that may connect may read this, too; a browser asks for that where it does not with WebSocket. */
    private void allowOrigin(HttpServletRequest request, HttpServletResponse response) {
        String origin = request.getHeader("Origin");
        if (origin != null && origins.allows(request)) {
            response.setHeader("Access-Control-Allow-Origin", origin);
            response.setHeader("Access-Control-Allow-Credentials", "true");
            response.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID");
            response.setHeader("Access-Control-Expose-Headers", EventsPost.SPOKEN_AS);
            response.setHeader("Vary", "Origin");
        }
    }

    private void serve(HttpServletRequest request, HttpServletResponse response, Handshake handshake)
            throws IOException {
        boolean isBegun = false;
        try {
            Optional<One> one = handshake.open(One.class);
            Optional<Several> several = handshake.open(Several.class);
            Asking asking =
                    one.map(One::asking).or(() -> several.map(Several::asking)).orElseThrow();
            List<String> names = one.map(asked -> List.of(asked.room()))
                    .or(() -> several.map(Several::rooms))
                    .orElseThrow();
            Set<RoomId> rooms = new LinkedHashSet<>();
            names.forEach(name -> RoomId.parse(name).ifPresent(rooms::add));
            Optional<Map<String, Mark>> since =
                    EventId.parse(asking.last().or(asking::lastInQuery).orElse(""));
            Optional<String> noName =
                    names.stream().filter(name -> RoomId.parse(name).isEmpty()).findFirst();
            if (noName.isPresent() || names.size() > maxRooms) {
                Map<String, Object> which = noName.<Map<String, Object>>map(name -> Map.of("room", name))
                        .orElse(Map.of());
                Answer.problem(response, 400, "Bad request", "Name up to " + maxRooms + " rooms.", which);
            } else if (since.isEmpty()) {
                Answer.problem(response, 400, "Bad request", "Last-Event-ID is none of ours.");
            } else if (needsCredential && asking.user().isEmpty()) {
                response.setHeader("WWW-Authenticate", "Bearer");
                Answer.problem(response, 401, "Unauthorized", "Say who you are.");
            } else if (!request.isAsyncSupported()) {
                Answer.problem(response, 501, "Not possible here", "A filter of this application keeps its thread.");
            } else if (!request.getMethod().equals("POST")) {
                Wish wish = new Wish(
                        rooms,
                        known(since.get(), rooms, asking.user()),
                        asking.presence().equals(Optional.of("true")));
                await(request, response, handshake, asking.user(), rooms, context -> {
                    response.setContentType("text/event-stream;charset=UTF-8");
                    response.setHeader("Cache-Control", "no-store");
                    response.setHeader("X-Accel-Buffering", "no"); // nginx would keep events until a buffer is full
                    response.setHeader("X-Content-Type-Options", "nosniff");
                    if (request.getMethod().equals("HEAD")) {
                        return false;
                    }
                    streams.open(context, handshake, asking.user(), wish);
                    return true;
                });
                isBegun = true;
            } else if (one.isEmpty()) {
                Answer.problem(response, 400, "Bad request", "Something is said to one room.");
            } else {
                Optional<EventsPost.Said> said = posts.said(request, response, handshake, names.get(0));
                if (said.isPresent()) {
                    await(request, response, handshake, asking.user(), rooms, context -> {
                        posts.say(context, response, handshake, asking.user(), said.get());
                        return true;
                    });
                    isBegun = true;
                }
            }
        } finally {
            if (!isBegun) {
                handshake.end();
            }
        }
    }

    /** What there is to do once it is known that it is allowed. */
    @FunctionalInterface
    private interface Work {
        /** False if the answer is complete, and with it the handshake. */
        boolean begin(AsyncContext context) throws IOException;
    }

    /** Asks whether somebody may be in all of the rooms, on whichever thread that is known, and goes on if so. */
    private void await(
            HttpServletRequest request,
            HttpServletResponse response,
            Handshake handshake,
            Optional<Credential> who,
            Set<RoomId> rooms,
            Work work) {
        // Where there is none yet, Grizzly makes it 200 after the servlet (HttpResponsePacket#getHttpStatus, which
        // GlassFish's CoyoteAdapter asks), and undid what another thread set meanwhile: a refusal left as 200.
        response.setStatus(HttpServletResponse.SC_OK);
        AsyncContext context = request.startAsync(request, response);
        context.setTimeout(0);
        Caller caller = who.map(Policies::callerOf).orElse(Caller.ANONYMOUS);
        CompletableFuture<?> unused = policies.decide(caller, Action.JOIN, rooms)
                .whenComplete((known, never) -> Threads.guarded(
                                "a stream of events", () -> begin(context, response, handshake, rooms, known, work))
                        .run());
    }

    private static void begin(
            AsyncContext context,
            HttpServletResponse response,
            Handshake handshake,
            Set<RoomId> rooms,
            Map<RoomId, Decision> known,
            Work work) {
        boolean isBegun = false;
        try {
            Optional<RoomId> denied = rooms.stream()
                    .filter(room -> known.get(room) == Decision.DENIED)
                    .findFirst();
            if (denied.isPresent()) {
                Answer.problem(
                        response,
                        403,
                        "Not allowed",
                        "The rules for this room do not allow it.",
                        Map.of("room", denied.get().name()));
            } else if (rooms.stream().anyMatch(room -> known.get(room) != Decision.ALLOWED)) {
                response.setHeader("Retry-After", "1");
                Answer.problem(response, 503, "Unavailable", "Whether it is allowed cannot be told just now.");
            } else {
                isBegun = work.begin(context);
            }
        } catch (IOException gone) {
            // nobody is there whom it could be told
        } finally {
            if (!isBegun) {
                handshake.end();
                context.complete();
            }
        }
    }

    /** The places in these rooms, and in the client's own inbox. */
    private static Map<String, Mark> known(Map<String, Mark> places, Set<RoomId> rooms, Optional<Credential> user) {
        Set<String> names = rooms.stream().map(RoomId::name).collect(Collectors.toSet());
        user.flatMap(who -> RoomId.inbox(who.user())).map(RoomId::name).ifPresent(names::add);
        places.keySet().retainAll(names);
        return places;
    }
}
