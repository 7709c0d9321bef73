package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.postgres.PostgresServer;
import dev.parley.backplane.redis.RedisServer;
import dev.parley.it.harness.Deployer;
import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.ServerVm;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two nodes on one server, over a real engine; the drivers come out of the WAR, and go with it. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("shared")
@Tag("long")
final class EnginesInServerIT {
    private static final String APPLICATION = "dev.parley.app.Application";
    private static final int TIMES = 3;

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Test
    void twoNodesOverRedisAreOneChatAndLeaveNothingBehind() throws Exception {
        try (EngineProcess engine = RedisServer.launch(RedisServer.DURABLE)) {
            chatAndGo(engine.address());
        }
    }

    @Test
    void twoNodesOverPostgresAreOneChatAndLeaveNothingBehind() throws Exception {
        try (EngineProcess engine = PostgresServer.launch()) {
            chatAndGo(engine.address());
        }
    }

    private void chatAndGo(String address) throws Exception {
        Deployer deployer = server.deployer().orElseThrow();
        ServerVm vm = new ServerVm(server.pid());
        long held = KnownDifference.STOPPED_APPLICATIONS_HELD.isOf(server) ? 4 : 0;
        List<String> threads = driverThreads(vm);
        Path war = warWith(address);
        for (int i = 0; i < TIMES; i++) {
            deployer.deploy("/one", war);
            deployer.deploy("/other", war);
            try (RawWebSocket alice = at("/one").open("/ws/1");
                    RawWebSocket bob = at("/other").open("/ws/2")) {
                NodesIT.meet(alice, bob);
            } finally {
                deployer.undeploy("/other");
                deployer.undeploy("/one");
            }
        }
        Files.delete(war);

        // The cleaner thread of PostgreSQL's driver rests for half a minute before it ends.
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(2))
                .untilAsserted(() -> {
                    assertThat(vm.liveInstances(APPLICATION)).isBetween(1L, 1 + held);
                    assertThat(driverThreads(vm)).isEqualTo(threads);
                });
    }

    private Site at(String context) {
        return new Site(Site.at(base).host(), Site.at(base).port(), context);
    }

    private static List<String> driverThreads(ServerVm vm) {
        return vm.threads().stream()
                .filter(name -> name.startsWith("parley-") || name.contains("PostgreSQL") || name.contains("edis"))
                .sorted()
                .toList();
    }

    /** The archive with one setting more in its descriptor. */
    private static Path warWith(String address) throws Exception {
        WebArchive war = ParleyWar.with(ParleyWar.under("one"), "parley.backplane", address);
        Path file = Files.createTempFile("parley", ".war");
        war.as(ZipExporter.class).exportTo(file.toFile(), true);
        return file;
    }
}
