package dev.parley.api;

import dev.parley.backplane.RoomId;
import dev.parley.handshake.Credential;
import dev.parley.handshake.Handshake;
import dev.parley.protocol.Cue;
import dev.parley.protocol.ErrorCode;
import dev.parley.protocol.Inbound;
import dev.parley.protocol.Outbound;
import dev.parley.session.EventStreams;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What clients say by {@code POST}: a frame for the room in the path, answered with the one that a socket would be sent. */
final class EventsPost {
    /** The header that names the author of a message, beside the user. */
    static final String SPOKEN_AS = "Parley-Connection";

    private static final Duration LATER = Duration.ofSeconds(1);
    private static final Pattern CODE =
            Pattern.compile("\\{(?:\"id\":-?[0-9]+,)?\"type\":\"error\",\"code\":\"([a-z-]+)\"");

    private final EventStreams streams;
    private final Bodies bodies;

    EventsPost(EventStreams streams, int maxBytes) {
        this.streams = streams;
        this.bodies = new Bodies(maxBytes);
    }

    /** A frame for a room, of so many characters. */
    record Said(RoomId room, Inbound frame, int length) {}

    /** What came along, if it is something for this room; or else that has been answered. */
    Optional<Said> said(HttpServletRequest request, HttpServletResponse response, Handshake handshake, String room)
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
        return RoomId.parse(room).filter(here -> isForHere).map(here -> new Said(here, inbound, text.length()));
    }

    /** Says it, and answers when it is known what has become of it. */
    void say(
            AsyncContext context,
            HttpServletResponse response,
            Handshake handshake,
            Optional<Credential> user,
            Said said) {
        streams.say(
                handshake,
                user,
                said.room(),
                said.frame(),
                said.length(),
                (frame, connection) -> answer(context, response, frame, connection));
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
            response.setStatus(503);
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
}
