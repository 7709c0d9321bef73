package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.Incoming;
import dev.parley.it.wire.Incoming.Text;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets are planted in every place that may hold one: query, cookie, headers, subprotocol, ticket, tokens good and bad, passwords,
 * settings. Then everything that the server gives out is looked through: pages, API, metrics, refusals with their explanations, what
 * sockets say, and all of its output with everything logged.
 */
@Tag("standalone")
final class SecretsIT {
    private static final String QUERY = "q-5ecret-q";
    private static final String COOKIE = "c-5ecret-c";
    private static final String HEADER = "h-5ecret-h";
    private static final String PROTOCOL = "p-5ecret-p";
    private static final String PASSWORD = "w-5ecret-w";
    private static final String METRICS = "m-5ecret-m-5ecret";
    private static final String SAID = "s-5ecret-s";

    private final Map<String, String> given = new LinkedHashMap<>(); // by where

    @Test
    void whatProvesSomethingIsGivenOutNowhere(@TempDir Path directory) throws Exception {
        OctetSequenceKey key = new OctetSequenceKeyGenerator(256).keyID("k1").generate();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(),
                new JWTClaimsSet.Builder()
                        .subject("ann")
                        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                        .build());
        jwt.sign(new MACSigner(key));
        String token = jwt.serialize();
        Path keys = Files.writeString(directory.resolve("keys.json"), new JWKSet(key).toString(false));
        Path users = Files.writeString(
                directory.resolve("users.xml"),
                "<tomcat-users><user username=\"ada\" password=\"" + PASSWORD
                        + "\" roles=\"parley-admin\"/></tomcat-users>");
        Path logging = Files.writeString(directory.resolve("logging.properties"), """
                handlers = java.util.logging.ConsoleHandler
                .level = INFO
                dev.parley.level = ALL
                org.apache.catalina.realm.level = FINE
                java.util.logging.ConsoleHandler.level = ALL
                """);
        String ticket;
        try (ExecutableWar war = ExecutableWar.startOnAnyPort(
                List.of(
                        "-Xmx256m",
                        "-Djava.util.logging.config.file=" + logging,
                        "-Dparley.jwt-keys=" + keys,
                        "-Dparley.jwt-algorithms=HS256",
                        "-Dparley.explain-refusals=true",
                        "-Dparley.metrics-token=" + METRICS),
                "--users",
                users.toString())) {
            Site site = Site.at(war.url());
            ticket = RoomsClient.field(ask(site, "POST", "/tickets", "Bearer " + token), "ticket")
                    .replace("\"", "");
            knock(site, token, ticket);
            talk(site, token);
            ask(site, token);
            war.terminate();
            war.exitStatus(Duration.ofSeconds(20));
            given.put(
                    "output",
                    String.join(
                            "\n",
                            Stream.concat(war.out().stream(), war.err().stream())
                                    .toList()));
        }

        String signature = token.substring(token.lastIndexOf('.') + 1);
        assertThat(given.get("output")).contains("handshake refused");
        assertThat(given.get("/metrics")).contains("parley_");
        assertThat(given.get("/api/v1/settings")).contains("(secret)");
        assertThat(given).hasSizeGreaterThan(30).allSatisfy((where, text) -> {
            assertThat(text)
                    .as(where)
                    .doesNotContain(QUERY, COOKIE, HEADER, PROTOCOL, PASSWORD, METRICS, signature, ticket);
            assertThat(text)
                    .as(where)
                    .doesNotContain(
                            key.getKeyValue().toString(),
                            Base64.getEncoder().encodeToString(("ada:" + PASSWORD).getBytes(StandardCharsets.UTF_8)));
        });
        assertThat(given.get("output")).doesNotContain(SAID);
    }

    /** In handshakes that are refused and in ones that are not. */
    private void knock(Site site, String token, String ticket) {
        for (String path :
                List.of("/ws", "/items/foo/ws", "/ws/1", "/rooms", "/nope", "/items/foo/ws?q=x", "/ws?%zz")) {
            String query = (path.contains("?") ? "&" : "?") + "token=" + QUERY + "&ticket=" + QUERY;
            for (String authorization : List.of("Bearer " + HEADER, "Basic " + HEADER, HEADER)) {
                UpgradeRequest request = site.upgrade(path + query)
                        .with("Cookie", "session=" + COOKIE)
                        .with("X-Token", HEADER)
                        .with("Authorization", authorization)
                        .with("Sec-WebSocket-Protocol", "parley.v1, bearer." + PROTOCOL);
                given.put(path + " " + authorization, all(request.exchange()));
                given.put(
                        "origin " + path,
                        all(request.with("Origin", "http://" + HEADER).exchange()));
            }
        }
        UpgradeRequest rooms = site.upgrade("/rooms?ticket=" + ticket).with("Sec-WebSocket-Protocol", "parley.v1");
        given.put("ticket", hear(RawWebSocket.open(rooms)));
        given.put("ticket again", all(rooms.exchange()));
        given.put("ticket of nobody", ask(site, "POST", "/tickets", "Bearer " + HEADER));
        given.put(
                "query",
                hear(RawWebSocket.open(
                        site.upgrade("/rooms?token=" + token).with("Sec-WebSocket-Protocol", "parley.v1"))));
        given.put(
                "bad query",
                hear(RawWebSocket.open(
                        site.upgrade("/rooms?token=" + QUERY).with("Sec-WebSocket-Protocol", "parley.v1"))));
    }

    private void talk(Site site, String token) {
        for (String frame : List.of(
                "{'id':1,'type':'connect','token':'" + token + "'}",
                "{'id':1,'type':'connect','token':'" + HEADER + "'}",
                "{'id':1,'type':'refresh','token':'" + HEADER + "'}",
                "{'id':1,'type':'connect','token':'" + HEADER)) {
            try (RoomsClient client = RoomsClient.unknown(site)) {
                client.says(frame)
                        .says("{'id':2,'type':'refresh','token':'" + HEADER + "'}")
                        .says("{'id':3,'type':'connect','token':'" + HEADER + "'}")
                        .says("{'id':4,'type':'join','room':'news'}")
                        .says("{'id':5,'type':'send','room':'news','key':'k','data':'" + SAID + "'}")
                        .says("{'id':6,'type':'" + HEADER);
                given.put(frame, hear(client.socket()));
            }
        }
    }

    /** Everything until it ends, or has said what there is to say. */
    private static String hear(RawWebSocket socket) {
        List<String> heard = new ArrayList<>();
        try (socket) {
            socket.sendText("{\"id\":99,\"type\":\"nothing\"}");
            Incoming incoming = socket.receive();
            while (incoming instanceof Text text && !text.text().contains("\"id\":99,")) {
                heard.add(text.text());
                incoming = socket.receive();
            }
            heard.add(incoming.toString());
        }
        return String.join("\n", heard);
    }

    private void ask(Site site, String token) {
        String basic =
                "Basic " + Base64.getEncoder().encodeToString(("ada:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        for (String path : List.of(
                "overview",
                "nodes",
                "connections",
                "security",
                "blocks",
                "settings",
                "audit",
                "rooms",
                "users",
                "ended")) {
            given.put("/api/v1/" + path, ask(site, "GET", "/api/v1/" + path, basic));
        }
        for (String path : List.of("/", "/docs", "/asyncapi.json", "/health", "/admin/", "/admin/session", "/rooms")) {
            given.put(path, ask(site, "GET", path, basic));
        }
        given.put("/metrics", ask(site, "GET", "/metrics", "Bearer " + METRICS));
        given.put("/metrics by token", ask(site, "GET", "/metrics?token=" + QUERY, "Bearer " + token));
        given.put("/api by nobody", ask(site, "GET", "/api/v1/overview?token=" + QUERY, "Bearer " + HEADER));
        given.put("/api by a guess", ask(site, "GET", "/api/v1/overview", "Basic " + HEADER));
    }

    private static String ask(Site site, String method, String path, String authorization) {
        return all(site.upgrade(path)
                .plain()
                .method(method)
                .with("Cookie", "session=" + COOKIE)
                .with("Authorization", authorization)
                .exchange());
    }

    private static String all(HttpResponse response) {
        return response + "\n" + response.body();
    }
}
