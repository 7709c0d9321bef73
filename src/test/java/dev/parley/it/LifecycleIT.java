package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.it.Deliveries.Ending;
import dev.parley.it.harness.Deployer;
import dev.parley.it.harness.ExecutableWar;
import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import dev.parley.it.wire.Crowd;
import dev.parley.it.wire.HttpResponse;
import dev.parley.it.wire.RawSocket;
import dev.parley.it.wire.ServerVm;
import dev.parley.it.wire.Site;
import dev.parley.it.wire.UpgradeRequest;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the end of a deployment and of a server leaves behind: a close code for every client, and nothing else. {@code -Dredeploys} says
 * how often an application is put there and taken away under load.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class LifecycleIT {
    private static final int CLIENTS = 20;
    private static final int TIMES = Integer.getInteger("redeploys", 20);
    private static final String APPLICATION = "dev.parley.app.Application";

    /** Longer than the drain timeout (5 s), by what a busy machine needs. */
    private static final Duration STOP = Duration.ofSeconds(10);

    @ArquillianResource
    private URL base;

    @ArquillianResource
    private RunningServer server;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Test
    @Tag("shared")
    @Tag("long")
    void nothingOfManyDeploymentsUnderLoadRemains() throws Exception {
        Deployer deployer = server.deployer().orElseThrow();
        ServerVm vm = new ServerVm(server.pid());
        Site site = new Site(Site.at(base).host(), Site.at(base).port(), "/again");
        List<String> threadsBefore = parleyThreads(vm, server);
        long held = KnownDifference.STOPPED_APPLICATIONS_HELD.isOf(server) ? 4 : 0;
        assertThat(vm.liveInstances(APPLICATION)).isLessThanOrEqualTo(1 + held);

        AtomicBoolean isOver = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<?> knocking = thread.submit(() -> knock(site, isOver));
        try {
            for (int i = 0; i < TIMES; i++) {
                deployer.deploy("/again", ParleyWar.file());
                Deliveries deliveries = new Deliveries(CLIENTS);
                try (Crowd crowd = Deliveries.gather(requests(site, CLIENTS), deliveries);
                        Talk talk = new Talk(crowd, 4, 200, "words")) {
                    talk.goOn(100);
                    if (i % 2 == 0 && i < TIMES - 1) {
                        deployer.undeploy("/again");
                    } else {
                        deployer.deploy("/again", ParleyWar.file());
                    }
                    mustAllHaveBeenSentAway(deliveries, CLIENTS);
                }
            }
            deployer.undeploy("/again");
        } catch (Deployer.Refusal e) {
            throw new AssertionError(e.getMessage(), e);
        } finally {
            isOver.set(true);
            thread.shutdown();
        }
        knocking.get(30, TimeUnit.SECONDS);

        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    assertThat(vm.liveInstances(APPLICATION)).isBetween(1L, 1 + held);
                    assertThat(parleyThreads(vm, server)).isEqualTo(threadsBefore);
                    // Of an application that is held, some connections may be, too; not of all that there were.
                    assertThat(vm.liveInstances("dev.parley.connection.Connection"))
                            .isLessThanOrEqualTo(CLIENTS * held);
                });
        assertThat(deployer.leaksOf("/again")).isLessThanOrEqualTo(heldByTomcat());
    }

    /**
     * How many class loaders Tomcat itself may go on holding. Before JDK 24 a thread remembers on whose behalf it was
     * created. Tomcat creates workers while it completes our sends, and at the end of an application renews them by
     * having each dying one create its successor, which inherits that memory; so up to all of its spare threads can hold
     * a loader, each another one. A leak of ours would be one a deployment.
     */
    private static long heldByTomcat() {
        return Runtime.version().feature() < 24 ? 10 : 0;
    }

    /** Comes and goes all the time, whether there is a deployment, none, or half a one. */
    private void knock(Site site, AtomicBoolean isOver) {
        while (!isOver.get()) {
            try (RawSocket socket = RawSocket.connect(site)) {
                socket.send(site.upgrade("/items/foo/ws?token=t").bytes());
                HttpResponse response = socket.readResponse(false);
                boolean mayBe500 = KnownDifference.STOPPED_APPLICATION_ANSWERS.isOf(server);
                assertThat(response.status()).as(response.toString()).isIn(101, 404, 503, mayBe500 ? 500 : 503);
            }
        }
    }

    @Test
    @Tag("shared")
    void peerThatDoesNotReadCannotHoldUpUndeploying() throws Exception {
        Deployer deployer = server.deployer().orElseThrow();
        Site site = new Site(Site.at(base).host(), Site.at(base).port(), "/again");
        deployer.deploy("/again", ParleyWar.file());
        Deliveries deliveries = new Deliveries(2);
        try (Crowd crowd = Deliveries.gather(requests(site, 2), deliveries)) {
            fill(crowd, deliveries);
            long start = System.nanoTime();
            deployer.undeploy("/again");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(STOP);
            await().until(() -> deliveries.endings().containsKey(0));
            assertThat(deliveries.endings().get(0).code()).isEqualTo(1001);
            crowd.resumeReading(1);
            await().until(() -> deliveries.endings().containsKey(1));
        }
    }

    @Test
    @Tag("standalone")
    void sigtermSendsEverybodyAwayInGoodOrder() throws Exception {
        try (ExecutableWar war = ExecutableWar.start("--host", "127.0.0.1", "--port", "0")) {
            Deliveries deliveries = new Deliveries(CLIENTS);
            try (Crowd crowd = Deliveries.gather(requests(Site.at(war.url()), CLIENTS), deliveries);
                    Talk talk = new Talk(crowd, 4, 200, "words")) {
                talk.goOn(100);
                war.terminate();
                mustAllHaveBeenSentAway(deliveries, CLIENTS);
            }
            assertThat(war.exitStatus(STOP)).isEqualTo(143);
            assertThat(war.err()).noneMatch(line -> line.contains("Exception") || line.contains(" ERROR "));
        }
    }

    @Test
    @Tag("standalone")
    void peerThatDoesNotReadCannotHoldUpSigterm() throws Exception {
        try (ExecutableWar war = ExecutableWar.start("--host", "127.0.0.1", "--port", "0")) {
            Deliveries deliveries = new Deliveries(2);
            try (Crowd crowd = Deliveries.gather(requests(Site.at(war.url()), 2), deliveries)) {
                fill(crowd, deliveries);
                war.terminate();
                assertThat(war.exitStatus(STOP)).isEqualTo(143);
                assertThat(deliveries.endings().get(0).code()).isEqualTo(1001);
            }
        }
    }

    /** Member 1 stops reading, member 0 talks until the kernel takes no more for it and messages wait in its outbox. */
    private static void fill(Crowd crowd, Deliveries deliveries) {
        crowd.stopReading(1);
        String padding = "x".repeat(128 * 1024);
        for (long i = 0; i < 32; i++) {
            crowd.sendText(0, Deliveries.text(i, padding));
            long said = i + 1;
            await().pollInterval(Duration.ofMillis(5)).until(() -> deliveries.heard(0) == said);
        }
        assertThat(deliveries.leftAt(1)).isEmpty();
    }

    private static List<UpgradeRequest> requests(Site site, int clients) {
        return IntStream.range(0, clients)
                .mapToObj(i -> site.upgrade("/ws/" + i))
                .toList();
    }

    private static void mustAllHaveBeenSentAway(Deliveries deliveries, int clients) {
        await().until(() -> deliveries.endings().size() == clients);
        assertThat(deliveries.endings().values())
                .allSatisfy(ending -> assertThat(ending)
                        .extracting(Ending::code, Ending::reason)
                        .containsExactly(1001, "service restart"));
        assertThat(deliveries.faults()).isEmpty();
    }

    private static List<String> parleyThreads(ServerVm vm, RunningServer server) {
        boolean mayBeStuck = KnownDifference.CLOSE_NEVER_ENDS.isOf(server);
        return vm.threads().stream()
                .filter(name -> name.startsWith("parley-") && !(mayBeStuck && name.startsWith("parley-close-")))
                .sorted()
                .toList();
    }
}
