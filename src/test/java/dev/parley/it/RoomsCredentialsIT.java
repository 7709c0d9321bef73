package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rooms where tokens are verified and rules say who may: how a credential comes in, what it gives, and how it ends. */
@Tag("standalone")
final class RoomsCredentialsIT {
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    static Path directory;

    private static TokenIssuer issuer;
    private static ExecutableWar war;

    @BeforeAll
    static void start() throws IOException {
        issuer = TokenIssuer.in(directory);
        Path rules = Files.writeString(directory.resolve("rules"), """
                lobby          all     known
                staff          all     claim:role=staff
                news           join    known
                news           send    scope:news:write
                """);
        war = ExecutableWar.startOnAnyPort(
                issuer.trustedBy("-Xmx256m", "-Dparley.room-rules=" + rules, "-Dparley.credential-grace=1s"));
    }

    @AfterAll
    static void stop() {
        war.close();
    }

    private static Site site() {
        return Site.at(war.url());
    }

    private static String token(String user, Duration life, Map<String, Object> claims) {
        return issuer.token(user, life, claims);
    }

    private static String token(String user) {
        return token(user, LONG, Map.of());
    }

    private static UpgradeRequest handshake(String query) {
        return site().upgrade("/rooms" + query).with("Sec-WebSocket-Protocol", "parley.v1");
    }

    private static RoomsClient welcomed(UpgradeRequest request, String user) {
        RoomsClient client = RoomsClient.over(RawWebSocket.open(request));
        assertThat(client.hears()).contains("\"type\":\"welcome\"", "\"user\":\"" + user + "\"");
        return inInbox(client, user);
    }

    private static RoomsClient connected(String token, String user) {
        RoomsClient client = RoomsClient.unknown(site());
        assertThat(client.asks("'type':'connect','token':'" + token + "'"))
                .contains("\"type\":\"welcome\"", "\"user\":\"" + user + "\"", "\"expires\":\"20");
        return inInbox(client, user);
    }

    /** Whom a token names is in the inbox of that name, unasked. */
    private static RoomsClient inInbox(RoomsClient client, String user) {
        assertThat(client.hears()).contains("\"type\":\"joined\"", "\"room\":\"~" + user + "\"");
        return client;
    }

    private static HttpResponse<String> askForATicket(String token) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(site().origin() + "/tickets"))
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    @Test
    void aTokenComesInByHeaderSubprotocolQueryTicketOrTheFirstFrame() throws Exception {
        welcomed(handshake("").with("Authorization", "Bearer " + token("ann")), "ann")
                .close();
        welcomed(site().upgrade("/rooms").with("Sec-WebSocket-Protocol", "parley.v1, bearer." + token("bob")), "bob")
                .close();
        welcomed(handshake("?token=" + token("carol")), "carol").close();
        connected(token("dave"), "dave").close();

        HttpResponse<String> answer = askForATicket(token("eve"));
        assertThat(answer.statusCode()).isEqualTo(200);
        String ticket = RoomsClient.field(answer.body(), "ticket").replace("\"", "");
        welcomed(handshake("?ticket=" + ticket), "eve").close();
        assertThat(handshake("?ticket=" + ticket).refusal()).isEqualTo(403);
    }

    @Test
    void whoSaysOnceMoreWhoTheyAreIsWelcomedOnceMore() {
        try (RoomsClient ann = welcomed(handshake("").with("Authorization", "Bearer " + token("ann")), "ann")) {
            assertThat(ann.asks("'type':'connect','token':'" + token("ann") + "'"))
                    .contains("\"type\":\"welcome\"");
            assertThat(ann.asks("'type':'connect'")).contains("already-connected");
        }
    }

    @Test
    void aBadTokenIsRefusedInTheHandshakeAndClosedBehindIt() throws Exception {
        String late = token("ann", Duration.ofMinutes(-10), Map.of());
        for (String bad : List.of("ann", late, token("ann") + "x")) {
            assertThat(handshake("").with("Authorization", "Bearer " + bad).refusal())
                    .isEqualTo(403);
            try (RoomsClient client = RoomsClient.unknown(site())) {
                client.says("{'type':'connect','token':'" + bad + "'}");
                assertThat(client.isClosed().code()).isEqualTo(4500);
            }
            assertThat(askForATicket(bad).statusCode()).isEqualTo(403);
        }
        try (RoomsClient nobody = RoomsClient.unknown(site())) {
            nobody.says("{'type':'connect','user':'ann'}");
            assertThat(nobody.isClosed().code()).isEqualTo(4500);
        }
    }

    @Test
    void rulesLookAtClaimsAndScopes() {
        try (RoomsClient ann = connected(token("ann"), "ann");
                RoomsClient bob = connected(
                        token("bob", LONG, Map.of("role", List.of("staff"), "scope", "news:write other")), "bob")) {
            assertThat(ann.asks("'type':'join','room':'staff'")).contains("\"forbidden\"");
            assertThat(ann.asks("'type':'join','room':'elsewhere'")).contains("\"forbidden\"");
            ann.joins("news");
            assertThat(ann.sends("news", "k", "1")).contains("\"forbidden\"");
            bob.joins("staff");
            bob.joins("news");
            assertThat(bob.sends("news", "k", "1")).contains("\"type\":\"ack\"");
        }
    }

    @Test
    void aCredentialThatEndsIsTheEndUnlessItIsRenewed() {
        Duration brief = Duration.ofSeconds(2);
        try (RoomsClient inHandshake = welcomed(
                        handshake("").with("Authorization", "Bearer " + token("ann", brief, Map.of())), "ann");
                RoomsClient inFrame = connected(token("bob", brief, Map.of()), "bob");
                RoomsClient renewed = connected(token("carol", brief, Map.of()), "carol")) {
            assertThat(renewed.asks("'type':'refresh','token':'" + token("bob") + "'"))
                    .contains("bad-credential");
            assertThat(renewed.asks("'type':'refresh','token':'" + token("carol") + "'"))
                    .contains("\"type\":\"refreshed\"", "\"expires\":\"20");
            for (RoomsClient ended : List.of(inHandshake, inFrame)) {
                Incoming last = ended.socket().receive();
                assertThat(last).isEqualTo(new Close(4002, "credential expired"));
            }
            renewed.joins("lobby");
        }
    }

    @Test
    void theSameKeyAfterAReconnectIsSaidOnce() {
        String position;
        try (RoomsClient ann = connected(token("ann"), "ann")) {
            ann.joins("lobby");
            position = RoomsClient.field(ann.sends("lobby", "the-key", "1"), "seq");
        }
        try (RoomsClient ann = connected(token("ann"), "ann");
                RoomsClient bob = connected(token("bob"), "bob")) {
            ann.joins("lobby");
            assertThat(ann.sends("lobby", "the-key", "1"))
                    .contains("\"type\":\"ack\"", "\"duplicate\":true", "\"seq\":" + position + ",");
            bob.joins("lobby");
            assertThat(bob.sends("lobby", "the-key", "2")).contains("\"duplicate\":false");
            assertThat(bob.asks("'type':'history','room':'lobby'").split("\"user\":\"ann\"", -1))
                    .hasSize(2);
        }
    }
}
