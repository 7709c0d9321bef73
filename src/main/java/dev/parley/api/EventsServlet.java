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
import dev.parley.protocol.Cue;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.EventId;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import dev.parley.session.EventStreams;
import dev.parley.session.EventStreams.Wish;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.server.PathParam;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    private static final String SPOKEN_AS = "Parley-Connection"; // the name of a message's author, beside the user's
    private static final List<Map<String, String>> ABOVE = List.of(Map.of("url", "../.."));
    private static final Duration LATER = Duration.ofSeconds(1);
    private static final Pattern CODE =
            Pattern.compile("\\{(?:\"id\":-?[0-9]+,)?\"type\":\"error\",\"code\":\"([a-z-]+)\"");

    /** What a request brings, whatever its rooms are. */
    private record Asking(
            @Depends(PossibleUser.class) Optional<Credential> user,
            @HeaderParam("Last-Event-ID") Optional<String> last,
            @QueryParam("last-event-id") Optional<String> lastInQuery,
            @QueryParam("presence") Optional<String> presence) {}

    /** Asks for one room. */
    private record One(@PathParam("room") String room, Asking asking) {}

    /** What somebody says, of so many characters. */
    private record Said(Inbound frame, int length) {}

    /** Asks for several. */
    private record Several(@QueryParam("room") List<String> rooms, Asking asking) {}

    private final transient Gate gate;
    private final transient List<Route> routes;
    private final transient OriginRule origins;
    private final transient Policies policies;
    private final transient EventStreams streams;
    private final transient Bodies bodies;
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
        this.bodies = new Bodies(limits.messageBytes());
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
            response.setHeader("Access-Control-Expose-Headers", SPOKEN_AS);
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
                Optional<Said> said = said(request, response, handshake, names.get(0));
                if (said.isPresent()) {
                    await(request, response, handshake, asking.user(), rooms, context -> {
                        streams.say(
                                handshake,
                                asking.user(),
                                rooms.iterator().next(),
                                said.get().frame(),
                                said.get().length(),
                                (frame, connection) -> answer(context, response, frame, connection));
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

    /** What came along, if it is something for this room; or else that has been answered. */
    private Optional<Said> said(
            HttpServletRequest request, HttpServletResponse response, Handshake handshake, String room)
            throws IOException {
        Bodies.Body body = bodies.read(request, handshake.address());
        if (body instanceof Bodies.Body.Refused refused) {
            Answer.problem(response, refused.status(), refused.title(), refused.detail());
            return Optional.empty();
        }
        String text = ((Bodies.Body.Text) body).text();
        Inbound inbound = Inbound.parse(text);
        boolean isForHere = (inbound instanceof Inbound.Send send && send.room().equals(room))
                || (inbound instanceof Inbound.History history && history.room().equals(room));
        if (!isForHere) {
            String why = inbound instanceof Inbound.Malformed malformed
                    ? malformed.flaw().sentence()
                    : "only send and history, of the room in the path";
            Answer.problem(response, 400, "Bad request", why);
        }
        return isForHere ? Optional.of(new Said(inbound, text.length())) : Optional.empty();
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

    private static void answer(
            AsyncContext context, HttpServletResponse response, @Nullable String frame, String connection) {
        String told = frame != null
                ? frame
                : new Outbound.Failure(
                                null,
                                ErrorCode.BACKPLANE_UNAVAILABLE,
                                LATER,
                                ErrorCode.BACKPLANE_UNAVAILABLE.sentence())
                        .text();
        // On a thread of the server's: a long answer waits for whoever reads it, and this one is a room's or an
        // engine's.
        try {
            context.start(() -> {
                try {
                    response.setHeader(SPOKEN_AS, connection);
                    Answer.send(response, statusOf(told), "application/json", told);
                } catch (IOException gone) {
                    // what was said is said
                } finally {
                    context.complete();
                }
            });
        } catch (RuntimeException stopped) { // the server has no thread for it any more
            context.complete();
        }
    }

    private static int statusOf(String frame) {
        Matcher error = CODE.matcher(frame);
        if (!error.lookingAt()) {
            return !Cue.of(frame).type().equals("bye") ? 200 : frame.contains("\"code\":4502,") ? 429 : 503;
        }
        return switch (error.group(1)) {
            case "forbidden" -> 403;
            case "rate-limited" -> 429;
            case "too-big" -> 413;
            case "rejected" -> 422;
            case "overloaded", "backplane-unavailable" -> 503;
            default -> 400;
        };
    }

    /** The places in these rooms, and in the client's own inbox. */
    private static Map<String, Mark> known(Map<String, Mark> places, Set<RoomId> rooms, Optional<Credential> user) {
        Set<String> names = rooms.stream().map(RoomId::name).collect(Collectors.toSet());
        user.flatMap(who -> RoomId.inbox(who.user())).map(RoomId::name).ifPresent(names::add);
        places.keySet().retainAll(names);
        return places;
    }

    /** The paths as the OpenAPI document has them, which is two steps below the prefix. */
    static Map<String, Map<String, Object>> described() {
        List<Object> security = List.of(Map.of("token", List.of()), Map.of());
        List<Map<String, Object>> query = List.of(
                OpenApi.parameter("presence", "query", "boolean", "Whether to be told who is there."),
                OpenApi.parameter("ticket", "query", "string", "In place of a token, from POST tickets."),
                OpenApi.parameter("last-event-id", "query", "string", "In place of the header."),
                OpenApi.parameter(
                        "Last-Event-ID", "header", "string", "The id of the last event that the client had."));
        Map<String, Object> stream = Map.of(
                "200", Map.of("description", "Events without end.", "content", Map.of("text/event-stream", Map.of())),
                "400", Map.of("description", "No room's name, or no id of ours."),
                "401", Map.of("description", "Nobody has said who they are."),
                "403", Map.of("description", "Not this credential, this origin, or this room."),
                "429", Map.of("description", "Too many from one address."),
                "503", Map.of("description", "Not now."));
        List<Map<String, Object>> one = new ArrayList<>(query);
        one.add(OpenApi.parameter("room", "path", "string", ""));
        List<Map<String, Object>> several = new ArrayList<>(query);
        several.add(Map.of(
                "name", "room", "in", "query", "schema", Map.of("type", "array", "items", Map.of("type", "string"))));
        Map<String, Object> says = Map.of(
                "operationId",
                "say",
                "servers",
                ABOVE,
                "summary",
                "Says something in a room, or asks for its past, as a client of it: a send or history frame of parley.v1.",
                "security",
                security,
                "parameters",
                List.of(OpenApi.parameter("room", "path", "string", "")),
                "requestBody",
                Map.of(
                        "required",
                        true,
                        "description",
                        "the frame",
                        "content",
                        Map.of("application/json", Map.of("schema", Map.of("type", "object")))),
                "responses",
                Map.of(
                        "200",
                        Map.of(
                                "description",
                                "The frame that a socket would be sent; other statuses have an error frame or problem details.",
                                "content",
                                Map.of("application/json", Map.of("schema", Map.of("type", "object"))))));
        Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
        paths.put(
                "/rooms/{room}/events",
                Map.of(
                        "get",
                        asked("events", "What is said in a room, as a stream.", security, one, stream),
                        "post",
                        says));
        paths.put(
                "/rooms/events",
                Map.of(
                        "get",
                        asked(
                                "eventsOfRooms",
                                "What is said in several rooms, as one stream.",
                                security,
                                several,
                                stream)));
        return paths;
    }

    private static Map<String, Object> asked(
            String id,
            String summary,
            List<Object> security,
            List<Map<String, Object>> parameters,
            Map<String, Object> responses) {
        return Map.of(
                "operationId", id,
                "servers", ABOVE,
                "summary", summary,
                "security", security,
                "parameters", parameters,
                "responses", responses);
    }
}
