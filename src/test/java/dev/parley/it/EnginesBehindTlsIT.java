package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.backplane.PrivateCa;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes of {@code java -jar parley.war} whose engine has a certificate of a private authority: they go in by TLS alone, and
 * not where the certificate is of another host or the authority is not trusted.
 */
@Tag("full") // takes a minute
@Tag("standalone")
@Timeout(120)
final class EnginesBehindTlsIT {
    @TempDir
    static Path directory;

    private static PrivateCa ca;

    @BeforeAll
    static void makeCertificates() throws Exception {
        ca = PrivateCa.in(directory);
    }

    @Test
    void redisByTlsOfAPrivateAuthority() throws Exception {
        try (RedisServer redis = RedisServer.launch(ca);
                ExecutableWar one = node(ca.trust(), redis.tlsAddress("localhost"));
                ExecutableWar other = node(ca.trust(), redis.tlsAddress("localhost"));
                ExecutableWar elsewhere = node(ca.trust(), redis.tlsAddress("127.0.0.1"));
                ExecutableWar distrusting = node(List.of(), redis.tlsAddress("localhost"))) {
            chat(one, other);
            await().untilAsserted(() -> assertThat(redis.tls()).hasSize(14).containsOnly(true));
            assertThat(isReady(elsewhere)).isFalse();
            assertThat(isReady(distrusting)).isFalse();
        }
    }

    @Test
    void postgresByTlsOfAPrivateAuthority() throws Exception {
        try (PostgresServer postgres = PostgresServer.launch(ca);
                ExecutableWar one = node(List.of(), postgres.tlsAddress("localhost", ca));
                ExecutableWar other = node(List.of(), postgres.tlsAddress("localhost", ca));
                ExecutableWar elsewhere = node(List.of(), postgres.tlsAddress("127.0.0.1", ca))) {
            chat(one, other);
            await().untilAsserted(() -> assertThat(postgres.tls()).hasSize(14).containsOnly(true));
            assertThat(isReady(elsewhere)).isFalse();
        }
    }

    private static ExecutableWar node(List<String> options, String address) {
        List<String> all = new ArrayList<>(List.of("-Xmx128m"));
        all.addAll(options);
        return ExecutableWar.startOnAnyPort(all, "--backplane", address);
    }

    private static void chat(ExecutableWar one, ExecutableWar other) {
        try (RawWebSocket alice = Site.at(one.url()).open("/ws/1");
                RawWebSocket bob = Site.at(other.url()).open("/ws/2")) {
            NodesIT.meet(alice, bob);
        }
    }

    private static boolean isReady(ExecutableWar node) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(node.url().toURI().resolve("health/ready"))
                .build();
        return HttpClient.newHttpClient()
                        .send(request, BodyHandlers.discarding())
                        .statusCode()
                == 200;
    }
}
