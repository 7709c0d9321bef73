package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.Mob.Act;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.RawSocket;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose bodies nobody wants and which never end: they hold no thread that others need, whatever the server. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(120)
@Tag("full") // takes a quarter of a minute
@Tag("standalone-alone") // it measures
final class UnreadBodiesIT {
    private static final int MORE_THAN_THREADS = 300;
    private static final List<String> TARGETS =
            List.of("GET /chat", "POST /nowhere", "POST /api/v1/rooms/x/messages", "GET /parley.js");

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    private Site site() {
        return Site.at(base);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100000", "Transfer-Encoding: chunked"})
    void newcomersAreServedAllTheSame(String length) throws Exception {
        try (Mob others = Mob.against(site(), MORE_THAN_THREADS, i -> unfinished(i, length))) {
            others.act(Duration.ofSeconds(2));
            for (int i = 0; i < 5; i++) {
                long from = System.nanoTime();
                try (RawWebSocket newcomer = site().open("/ws")) {
                    newcomer.sendText("x");
                    assertThat(newcomer.receiveText()).isEqualTo("Message text was: x");
                    assertThat(Duration.ofNanos(System.nanoTime() - from))
                            .as("newcomer among " + others)
                            .isLessThan(Duration.ofSeconds(3));
                }
                others.hold(Duration.ofSeconds(1));
            }
        }
    }

    /** Or else it would send its next request on a connection that is being closed. */
    @ParameterizedTest
    @ValueSource(strings = {"PUT /rooms/lobby/events", "POST /nowhere", "POST /rooms/lobby/events"})
    @Tag("standalone")
    void whoseBodyIsNotReadIsToldThatTheConnectionEnds(String target) {
        try (RawSocket socket = RawSocket.connect(site())) {
            socket.send((target + " HTTP/1.1\r\nHost: " + site().authority()
                            + "\r\nAuthorization: Bearer x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));

            assertThat(socket.readResponse(false).values("Connection")).containsExactly("close");
        }
    }

    private Act unfinished(int number, String length) {
        String request = TARGETS.get(number % TARGETS.size()) + " HTTP/1.1\r\nHost: " + site().authority()
                + "\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n";
        return Act.bytes(request.getBytes(StandardCharsets.US_ASCII));
    }
}
