package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.EventStream.Event;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Site;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of events where tokens are verified and rules say who may: the same rights, limits and ends as over sockets. */
@Tag("standalone")
final class EventsCredentialsIT {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String[] OLGA = {"Authorization", "Basic b2xnYTpv"}; // an operator, olga:o

    @TempDir
    static Path directory;

    private static TokenIssuer issuer;
    private static ExecutableWar war;

    @BeforeAll
    static void start() throws IOException {
        issuer = TokenIssuer.in(directory);
        Path rules = Files.writeString(directory.resolve("rules"), """
                lobby          all     known
                news           join    known
                news           history claim:role=staff
                news           send    claim:role=staff
                """);
        Path users = Files.writeString(
                directory.resolve("users.xml"),
                "<tomcat-users><user username=\"olga\" password=\"o\" roles=\"parley-operator\"/></tomcat-users>");
        war = ExecutableWar.startOnAnyPort(
                issuer.trustedBy(
                        "-Xmx256m",
                        "-Dparley.room-rules=" + rules,
                        "-Dparley.credential-grace=1s",
                        "-Dparley.heartbeat=1s",
                        "-Dparley.connections-per-user=3"),
                "--users",
                users.toString());
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    private static Site site() {
        return Site.at(war.url());
    }

    private static String[] token(String user, Duration life, String role) {
        return new String[] {"Authorization", "Bearer " + issuer.token(user, life, Map.of("role", List.of(role)))};
    }

    /** For users whom no other test has: a stream that was left counts until its next comment. */
    private static String[] token(String user) {
        return token(user, LONG, "none");
    }

    private static EventStream stream(String path, String... headers) {
        return EventStream.open(site(), path, headers);
    }

    private static String ticket(String user) {
        String answer = EventStream.send(
                        EventStream.request(site(), "/tickets", token(user))
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString())
                .body();
        return RoomsClient.field(answer, "ticket").replace("\"", "");
    }

    @Test
    void aTokenOrATicketSaysWhoItIs() {
        String ticket = ticket("eve");
        try (EventStream ann = stream("/rooms/lobby/events", token("ann"));
                EventStream eve = stream("/rooms/lobby/events?ticket=" + ticket)) {
            assertThat(ann.next("welcome").data()).contains("\"user\":\"ann\"", "\"expires\":\"20");
            assertThat(eve.next("welcome").data()).contains("\"user\":\"eve\"");
        }
        assertThat(EventStream.get(site(), "/rooms/lobby/events?ticket=" + ticket)
                        .statusCode())
                .as("a second time")
                .isEqualTo(403);
        assertThat(EventStream.get(site(), "/rooms/lobby/events").statusCode()).isEqualTo(401);
        assertThat(EventStream.get(site(), "/rooms/lobby/events", "Authorization", "Bearer nonsense")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void eachRoomIsAskedFor() {
        assertThat(EventStream.get(site(), "/rooms/elsewhere/events", token("ada"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(EventStream.get(site(), "/rooms/events?room=lobby&room=elsewhere", token("ada"))
                        .body())
                .contains("\"status\":403", "\"room\":\"elsewhere\"");
        String frame = "{'type':'send','room':'news','key':'k','data':1}";
        assertThat(EventStream.post(site(), "/rooms/news/events", frame, token("ada"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(EventStream.post(site(), "/rooms/news/events", frame, token("bob", LONG, "staff"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void whoMayNotReadHistoryIsToldThatItHasLostSomething() {
        Event seen;
        String[] staff = token("bob", LONG, "staff");
        try (EventStream ann = stream("/rooms/news/events", token("abe"))) {
            joined(ann, "news");
            EventStream.post(site(), "/rooms/news/events", "{'type':'send','room':'news','key':'a','data':1}", staff);
            seen = ann.next("message");
        }
        EventStream.post(site(), "/rooms/news/events", "{'type':'send','room':'news','key':'b','data':2}", staff);
        try (EventStream ann = stream("/rooms/news/events", join(token("abe"), "Last-Event-ID", seen.id()));
                EventStream bob = stream("/rooms/news/events", join(staff, "Last-Event-ID", seen.id()))) {
            assertThat(joined(ann, "news")).contains("\"resume\":\"lost\",\"reason\":\"forbidden\"");
            assertThat(joined(bob, "news")).contains("\"resume\":\"ok\"");
        }
    }

    @Test
    void aCredentialThatEndsIsTheEndOfTheStream() {
        try (EventStream ann = stream("/rooms/lobby/events", token("amy", Duration.ofSeconds(2), "none"))) {
            assertThat(ann.next("bye").data()).contains("\"code\":4002", "\"reconnect\":true");
            assertThat(ann.isOver()).isTrue();
        }
    }

    @Test
    void theInboxComesAlongAndIsTakenUpAgain() {
        String id;
        try (EventStream carol = stream("/rooms/events", token("carol"))) {
            id = carol.next("joined").id();
        }
        assertThat(EventStream.post(site(), "/api/v1/users/carol/messages", "{'n':1}", OLGA)
                        .statusCode())
                .isEqualTo(201);
        try (EventStream carol = stream("/rooms/events", join(token("carol"), "Last-Event-ID", id))) {
            joined(carol, "~carol"); // unasked, from now on; and then where it was
            assertThat(joined(carol, "~carol")).contains("\"resume\":\"ok\"", "\"replayed\":1");
            assertThat(carol.next("message").data()).contains("\"data\":{\"n\":1}");
        }
    }

    @Test
    void aQuietStreamIsKeptByComments() {
        try (EventStream dave = stream("/rooms/lobby/events", token("dave"))) {
            joined(dave, "lobby");
            await().atMost(Duration.ofSeconds(20)).until(() -> dave.comments() >= 4);
        }
    }

    @Test
    void anOperatorSeesAStreamAndEndsIt() {
        try (EventStream frank = stream("/rooms/lobby/events", token("frank"))) {
            String connection = RoomsClient.field(frank.next("welcome").data(), "connection")
                    .replace("\"", "");
            assertThat(EventStream.get(site(), "/api/v1/connections?user=frank", OLGA)
                            .body())
                    .contains(connection, "/rooms/{room}/events");
            assertThat(EventStream.send(
                                    EventStream.request(site(), "/api/v1/connections/" + connection, OLGA)
                                            .DELETE()
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isLessThan(300);
            assertThat(frank.next("bye").data()).contains("\"code\":4501", "\"reconnect\":false");
            assertThat(frank.isOver()).isTrue();
        }
    }

    @Test
    void oneUserHasNoMoreStreamsThanSockets() {
        List<EventStream> open = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                open.add(stream("/rooms/lobby/events", token("greta")));
                open.get(i).next("welcome");
            }
            EventStream oneTooMany = stream("/rooms/lobby/events", token("greta"));
            open.add(oneTooMany);
            assertThat(oneTooMany.next().data()).contains("\"type\":\"bye\"", "\"code\":4502", "\"reconnect\":false");
        } finally {
            open.forEach(EventStream::close);
        }
    }

    private static String[] join(String[] headers, String... more) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static String joined(EventStream stream, String room) {
        String data;
        do {
            data = stream.next("joined").data();
        } while (!data.contains("\"room\":\"" + room + "\""));
        return data;
    }
}
