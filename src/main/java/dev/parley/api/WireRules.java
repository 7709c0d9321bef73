package dev.parley.api;

import java.util.Map;
import java.util.Set;

/** What the messages of {@code parley.v1} mean, and which of their members may be missing: what no example can show. */
final class WireRules {
    /** Of the channel: who goes by these loses nothing without knowing it. */
    static final String RESUME = """
            Resume. A position is epoch, seq and message. seq counts 1, 2, 3 … in each room, without a hole as long as epoch stays; \
            message is the id of the message at seq. A client keeps the position of `joined`, and moves it with each message of the \
            room that it has taken: seq and message are the message's, epoch stays. After a loss of the connection, and after `gap`, it \
            joins again with this position as `since`. The answer is `ok`, and then every message after it, once and in order, before \
            any new one; or `lost`, with the reason: epoch (the log began anew), trimmed (too old), too-many (more than 200 messages or \
            512 KiB), rewritten (a failover took something back), forbidden (no right to the history). Then nothing is replayed, and \
            messages go on after the position of the answer. Messages that come between a join and its answer will come again.

            Inbox. A client whom a login or a token vouches for is in its user's inbox from the opening on, unasked: `welcome` names it, \
            and a `joined` without an id says from where on. It is resumed like a room, by a join of that name with `since`; it can be \
            read by `history`, and not written to.

            Keys. What is sent again under the same key within five minutes is stored once; so a send whose answer was lost may be \
            repeated.

            Windows. `after` is the key of the message that must be stored before; where it is not, the answer is the error \
            out-of-order. So many may be on their way: each names the one before it that is not acknowledged yet, and after an error \
            with `retry` the first that is not acknowledged is sent again, and then what follows it. A server that knows `after` says \
            so in the `features` of `welcome`.
            """;

    /** By the name of a message. */
    static final Map<String, String> MEANINGS = Map.ofEntries(
            Map.entry(
                    "client.connect",
                    "Who is there. The first message, within 10 seconds; where the handshake said so, it may be left out."),
            Map.entry(
                    "client.join",
                    "Wants to be in a room: from now on, or after the position `since`. Answered by `joined` or `error`. `presence` is true for who wants to be told who is in, or an object whose `data` is what that says of its user."),
            Map.entry(
                    "client.send",
                    "Says something in a room that it is in; only after the message of the key `after`, if that is given. Answered by `ack`, once it is stored, or by `error`."),
            Map.entry(
                    "client.history",
                    "Wants the last `limit` messages, 50 unless said and at most 100, before the one numbered `before`."),
            Map.entry("client.leave", "Wants out of a room. Answered by `left`."),
            Map.entry(
                    "client.refresh",
                    "A new credential of the same user, before the old one ends. Answered by `refreshed` or `error`."),
            Map.entry("client.pong", "The answer to a ping."),
            Map.entry(
                    "server.welcome",
                    "Who the server takes the client for, how often it is heard from at least in seconds, until when the credential is good, which words of the protocol earlier versions do not know, and what the client has to keep to."),
            Map.entry(
                    "server.joined",
                    "The client is in. `replayed` messages that it missed come next, then what is live. Without an id: it is in its user's inbox."),
            Map.entry(
                    "server.message",
                    "Something stands in the log. With `event` nobody said anything: a text client has left."),
            Map.entry(
                    "server.erased",
                    "With `erased`: that message was erased, and is to be forgotten; live and in a resume, at a number of its own. Without: what stood at this number was erased; in a history or a resume, in place of the message."),
            Map.entry(
                    "server.ack",
                    "What was sent is stored there; `duplicate`, if since an earlier attempt under the same key."),
            Map.entry("server.history", "Messages of the past, oldest first; `more`, if there are older ones."),
            Map.entry(
                    "server.left",
                    "The client is out of the room. Without an id, because somebody took it out: `removed` or `forbidden`."),
            Map.entry(
                    "client.signal",
                    "Says something, up to 4096 bytes, to those who are in just now: at most once, in no order with messages, and kept nowhere. Needs the right `signal`. There is an answer only if it is refused."),
            Map.entry(
                    "server.signal",
                    "Somebody else says something that is kept nowhere. Sent when no message waits; given up where a client is too slow."),
            Map.entry("server.refreshed", "The new credential is good until then, which is in so many seconds."),
            Map.entry(
                    "client.joins",
                    "Wants to be in several rooms, up to 100: the same as one join for each, with `since` where there is one. Each is answered, under the one id."),
            Map.entry(
                    "client.presence",
                    "Says something of its user, up to 1024 bytes, to those who are told who is in: on top of what `presence` of `join` said, until the user's last connection is out. Null takes it back. There is an answer only if it is refused."),
            Map.entry(
                    "client.members",
                    "Asks who is in, in the order of names: up to so many, 50 unless said, after this name. For rooms that are too big to be told of."),
            Map.entry("server.page", "Some of those who are in, for who has asked, and how many there are."),
            Map.entry("server.members", "Everybody in the room, for who joined with `presence`; then changes come."),
            Map.entry("server.crowd", "How many are in a room that is too big to name them."),
            Map.entry(
                    "server.presence",
                    "Who has come, who has gone, and who says something else of itself, those included who have come and say something; null is nothing any more."),
            Map.entry(
                    "server.failure",
                    "What was asked for was not done. With `retry` the same may work later, after so many milliseconds."),
            Map.entry(
                    "server.rejected",
                    "A policy does not take what was sent; the same again would not be taken, either."),
            Map.entry("server.gap", "Messages are missing from here on: join again with `since`."),
            Map.entry(
                    "server.dropped",
                    "So many messages were left out, because the client was too slow for a room that prefers new to old."),
            Map.entry("server.ping", "Are you there? To be answered by `pong`."),
            Map.entry(
                    "server.bye",
                    "The connection is about to be closed. Come back after a random time within these milliseconds."));

    /** What may be missing, by the name of a message; all else is always there. */
    static final Map<String, Set<String>> OPTIONAL = Map.ofEntries(
            Map.entry("client.connect", Set.of("id", "token", "user")),
            Map.entry("client.join", Set.of("id", "since", "presence")),
            Map.entry("client.send", Set.of("id", "after")),
            Map.entry("client.signal", Set.of("id")),
            Map.entry("client.joins", Set.of("id")),
            Map.entry("client.presence", Set.of("id")),
            Map.entry("client.members", Set.of("id", "after", "limit")),
            Map.entry("server.page", Set.of("id")),
            Map.entry("server.presence", Set.of("changed")),
            Map.entry("client.history", Set.of("id", "before", "limit")),
            Map.entry("client.leave", Set.of("id")),
            Map.entry("client.refresh", Set.of("id")),
            Map.entry("server.welcome", Set.of("id", "inbox", "expires", "expiresIn")),
            Map.entry("server.joined", Set.of("id", "reason")),
            Map.entry("server.message", Set.of("event")),
            Map.entry("server.erased", Set.of("erased")),
            Map.entry("server.ack", Set.of("id")),
            Map.entry("server.history", Set.of("id")),
            Map.entry("server.left", Set.of("id", "reason")),
            Map.entry("server.refreshed", Set.of("id", "expires", "expiresIn")),
            Map.entry("server.failure", Set.of("id", "after")),
            Map.entry("server.rejected", Set.of("id")));

    private WireRules() {}
}
