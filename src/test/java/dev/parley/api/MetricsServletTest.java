package dev.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.handshake.TrustedProxies;
import dev.parley.metrics.Meters;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MetricsServletTest {
    private static final String TOKEN = "0123456789abcdef";

    private final Meters meters = new Meters();
    private final Realm realm = new Realm(InstantSource.fixed(Instant.EPOCH), TrustedProxies.NONE);
    private final MetricsServlet open = new MetricsServlet(meters, Optional.empty(), realm);
    private final MetricsServlet guarded = new MetricsServlet(meters, Optional.of(TOKEN), realm);

    @Test
    void withoutATokenThisMachineMayAskAndNobodyElse() {
        meters.gauge("parley_connections", "Open.", () -> 3);

        Call local = Call.get(null).from("127.0.0.1").to(open);
        assertThat(local.status()).isEqualTo(200);
        assertThat(local.header("Content-Type")).startsWith("text/plain; version=0.0.4");
        assertThat(local.body()).contains("parley_connections 3\n");
        assertThat(Call.get(null).from("::1").to(open).status()).isEqualTo(200);

        Call stranger = Call.get(null).from("203.0.113.7").to(open);
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(stranger.body()).doesNotContain("parley_connections");
        assertThat(stranger.header("WWW-Authenticate")).startsWith("Basic ");
    }

    @Test
    void proxyOnThisMachineIsNotThisMachine() {
        assertThat(Call.get(null)
                        .from("127.0.0.1")
                        .with("X-Forwarded-For", "203.0.113.7")
                        .to(open)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void whereThereIsATokenOnlyTheTokenCountsBesideARole() {
        assertThat(Call.get(null).from("127.0.0.1").to(guarded).status()).isEqualTo(401);
        assertThat(Call.get(null)
                        .with("Authorization", "Bearer 0123456789abcdeg")
                        .to(guarded)
                        .status())
                .isEqualTo(401);
        assertThat(Call.get(null)
                        .with("Authorization", "Bearer " + TOKEN)
                        .to(guarded)
                        .status())
                .isEqualTo(200);
        assertThat(Call.get(null).by("eve", "parley-viewer").to(guarded).status())
                .isEqualTo(200);
        assertThat(Call.get(null).by("eve", "somebody-else").to(guarded).status())
                .isEqualTo(403);
    }

    @Test
    void openMetricsForWhoAsksForIt() {
        Call call = Call.get(null)
                .from("127.0.0.1")
                .with("Accept", "application/openmetrics-text")
                .to(open);

        assertThat(call.header("Content-Type")).startsWith("application/openmetrics-text");
        assertThat(call.body()).endsWith("# EOF\n");
    }
}
