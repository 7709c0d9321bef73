package dev.parley.it.harness;

import java.util.Set;

/**
 * What a server does otherwise than the rest and no application can change. The only place where a test may learn that it
 * has to expect something else; each is a row of known-differences.md, which is checked against this one.
 */
public enum KnownDifference {
    CONTROL_FRAMES_OVERTAKE(
            Set.of("wildfly"),
            "a close frame or a ping is answered at once, while messages before it still wait for a worker: their"
                    + " answers may be lost, and a message sent behind the close frame may still be taken",
            "Undertow hands messages to workers and answers control frames where it reads (FrameHandler)"),
    EMPTY_CONTROL_FRAMES_UNMASKED(
            Set.of("wildfly"),
            "a ping or close frame without content is taken although it is not masked",
            "Undertow looks for the mask where it reads the content"),
    NEGATIVE_LENGTH(
            Set.of("jetty12"),
            "a frame that announces a negative length is closed with 1009, not 1002",
            "Jetty looks at the size before it looks at the sign"),
    NEGATIVE_LENGTH_UNNOTICED(
            Set.of("wildfly"),
            "a frame that announces a negative length is waited for, until the heartbeat ends the connection with 4003",
            "Undertow counts down from it"),
    NEGATIVE_LENGTH_EMPTY(
            Set.of("liberty"),
            "a frame that announces a negative length is taken as an empty message",
            "Open Liberty counts what it has against the length, and has enough (FrameReadProcessor)"),
    HIGH_CLOSE_CODE_UNNOTICED(
            Set.of("liberty"),
            "a close code of 5000 or more is not answered; the heartbeat ends the connection with 4003",
            "Open Liberty fails at the number, and reads no more (LinkRead)"),
    QUESTION_MARK_IN_PATH(
            Set.of("wildfly"),
            "an id with an encoded question mark (%3F) is 404",
            "Undertow matches the decoded path and takes the rest for a query"),
    BACKSLASH_BEHIND_DOTS(
            Set.of("wildfly"),
            "..%5c in a path is 500, not 404",
            "Undertow's path matching throws before any filter is asked (UT000068)"),
    SPLIT_CHARACTERS(
            Set.of("liberty"),
            "a character that is split between two fragments of a message is 1007",
            "Open Liberty decodes each fragment by itself (LinkRead); taken whole instead, fragments would have no limit"),
    LATE_END(
            Set.of("liberty"),
            "where a later fragment is no UTF-8, the close frame with 1007 comes at once, and the end of the socket half a minute later",
            "Open Liberty waits for a close frame that it no longer recognises (LinkRead)"),
    WHOLE_FRAMES(
            Set.of("liberty"),
            "a frame over the limit is closed with 1009 only when all of it has come, and fills the heap until then, however long it is",
            "Open Liberty gathers a frame before it asks anybody, and looks at no limit where messages are taken in"
                    + " parts (MessageReader)"),
    EARLY_FRAMES_LOST(
            Set.of("liberty"),
            "what a client sends before it has the answer to its handshake may be lost; RFC 6455 forbids it to",
            "Open Liberty drops what came in the segment of the handshake (WsocUpgradeHandler)"),
    MISSING_MASK_AWAITED(
            Set.of("liberty"),
            "a frame that is not masked is closed with 1002 when four more bytes have come",
            "Open Liberty reads a mask before it looks whether there is one (FrameReadProcessor)"),
    CONTINUATION_OF_NOTHING(
            Set.of("liberty"),
            "a continuation of nothing is closed with 1002 only if it is final, else its end is waited for",
            "Open Liberty takes it for the first frame of a message (MessageReader)"),
    SPACE_IN_TARGET(
            Set.of("liberty"),
            "a space in the target of a request is 505, not 400",
            "Open Liberty takes what is behind it for the version"),
    SESSION_OF_HANDSHAKE(
            Set.of("liberty"),
            "the answer to a handshake sets a session cookie, which nothing reads",
            "Open Liberty makes a session for each handshake (HandshakeProcessor)"),
    ROOT_ON_CLASS_PATH(
            Set.of("liberty"),
            "the application could load the launcher's classes, which it does not",
            "Open Liberty looks for classes at the root of the archive, too"),
    HASH_IN_PATH(
            Set.of("liberty"),
            "an id with an encoded number sign (%23) is 400",
            "Open Liberty makes a URI of the decoded path"),
    LOGOUT_CLOSES_BY_ITSELF(
            Set.of("wildfly"),
            "a connection whose login ends with its HTTP session is closed with 1008, not 4002",
            "Undertow closes it before any application hears of the session's end (JsrWebSocketFilter); Jakarta WebSocket, section"
                    + " 7.2, asks for that"),
    STOPPED_APPLICATION_ANSWERS(
            Set.of("wildfly"),
            "a handshake that meets the end of its application may be 500",
            "Undertow lets it in and then throws, because the filters have stopped (UT010051)"),
    STOPPED_APPLICATIONS_HELD(
            Set.of("jetty12", "wildfly", "liberty"),
            "a few applications that were undeployed stay in memory until later ones are",
            "the server remembers them; their number does not grow with the deployments"),
    CLOSE_NEVER_ENDS(
            Set.of("liberty"),
            "a connection whose peer goes in the very moment that it is closed may keep a thread of ours, which another replaces",
            "Open Liberty waits for a write to a socket that it has closed (NioTCPWriteRequestContextImpl)"),
    STOP_WITHOUT_WORDS(
            Set.of("glassfish7", "glassfish8", "liberty"),
            "when the server stops, connections may end without a close frame; when an application is stopped before it, with 1001",
            "the server ends its sockets before it stops its applications"),
    QUEUE_BEHIND_THE_KERNEL(
            Names.ON_TYRUS,
            "a peer that does not read is closed some seconds later: 32 KB more are taken for it before its send timeout begins",
            "Grizzly has a queue of its own behind the kernel's; server-config makes it that small"),
    COLON_IN_PATH(
            Set.of("glassfish7", "payara7", "payara-micro7"),
            "a path with a colon is 503, and no application is asked",
            "the server asks for a permission that is named by the path, and a colon may not be in such a name"
                    + " (URLPatternSpec)"),
    UNMASKED(
            Names.ON_TYRUS,
            "a frame that is not masked is taken as if it were",
            "Tyrus asks no frame of a client whether it is masked (ProtocolHandler)"),
    HUGE_LENGTH(
            Names.ON_TYRUS,
            "a frame far beyond the limit is closed with 1011, not 1009, and only when 4 MiB of it have come",
            "Tyrus gathers a frame in a buffer before it looks at a limit, and smaller ones fail in bursts of what is permitted"),
    MALFORMED_ESCAPE_UNNOTICED(
            Names.ON_TYRUS,
            "a malformed escape in a path may be answered with 200 and nothing, not with 400; no endpoint is reached",
            "Grizzly's decoding throws before any application is asked"),
    BLANK_IN_TARGET(
            Names.ON_TYRUS,
            "a blank or a tab in a request target may be 505, not 400",
            "Grizzly takes it for the end of the target, and sometimes what follows for a version"),
    DOTS_RESOLVED(
            Names.ON_TYRUS,
            "a path that ends in /. or /.. may be answered with 200 and nothing, and one that begins with /.;/ with 301; no endpoint is"
                    + " reached",
            "Grizzly and the server resolve dots in their own ways before any application is asked; a dot at the end may be more"
                    + " than the thread's buffer holds (HttpRequestURIDecoder)");

    /** Sets of names that come more than once; an enum's own constants may not refer to its statics. */
    private static final class Names {
        static final Set<String> ON_TYRUS =
                Set.of("payara-micro", "payara-micro7", "payara", "payara7", "glassfish7", "glassfish8");
    }

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<String> servers;

    private final String what;
    private final String why;

    KnownDifference(Set<String> servers, String what, String why) {
        this.servers = servers;
        this.what = what;
        this.why = why;
    }

    /** Whether it is to be expected there. */
    public boolean isOf(RunningServer server) {
        return servers.contains(server.name());
    }

    /** The names of the profiles of the servers that it is seen on. */
    Set<String> servers() {
        return servers;
    }

    /** What is seen from outside. */
    String what() {
        return what;
    }

    /** Why it cannot be helped. */
    String why() {
        return why;
    }
}
