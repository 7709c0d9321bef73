package dev.parley.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import dev.parley.api.Node;
import dev.parley.api.Realm;
import dev.parley.api.Role;
import dev.parley.api.RoomDetails;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.metrics.Histogram;
import dev.parley.node.Budget;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConsoleSocketTest {
    private static final Realm.Operator VERA = new Realm.Operator("vera", Role.VIEWER);

    private final MemoryBackplane backplane =
            new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
    private final Node node = new Node("one", backplane);
    private final BlockingQueue<String> shown = new LinkedBlockingQueue<>();
    private final BlockingQueue<CloseReason> closed = new LinkedBlockingQueue<>();
    private Instant now = Instant.parse("2026-06-01T12:00:00Z");
    private final ConsoleSocket socket = new ConsoleSocket(
            node.cluster.tickets(),
            node.views,
            node.query,
            new RoomDetails(backplane),
            new Sampler(node.connections, new Histogram(), () -> 0, () -> 0.5, System::nanoTime),
            () -> now);

    @AfterEach
    void stop() {
        node.close();
        backplane.close();
    }

    @Test
    void pageThatBringsNoNewTicketForAMinuteIsClosed() throws InterruptedException {
        open();
        now = now.plusSeconds(59);
        socket.show();
        assertThat(closed).isEmpty();
        now = now.plusSeconds(1);
        socket.show();

        assertThat(closeCode()).isEqualTo(4002);
    }

    @Test
    void pageThatBringsANewTicketStaysOpen() throws InterruptedException {
        Consumer<String> page = open();
        now = now.plusSeconds(50);
        page.accept("{\"ticket\":\"" + node.cluster.ticket(VERA) + "\"}");
        now = now.plusSeconds(50);
        shown.clear();
        socket.show();

        assertThat(shown.poll(5, TimeUnit.SECONDS)).contains("\"view\":");
        assertThat(closed).isEmpty();
    }

    /** As does the one of somebody who has lost the role: there are no more tickets to be had. */
    @Test
    void pageThatBringsABadTicketIsClosed() throws InterruptedException {
        open().accept("{\"ticket\":\"made up\"}");

        assertThat(closeCode()).isEqualTo(4500);
    }

    @Test
    void pageIsShownWhatItWantsToSeeAndNoPayload() throws InterruptedException {
        Consumer<String> page = open();
        for (String view : new String[] {"audit", "rooms", "users", "ended", "nodes", "settings", "connections"}) {
            shown.clear();
            page.accept("{\"view\":\"" + view + "\"}");
            assertThat(shown.poll(5, TimeUnit.SECONDS)).startsWith("{\"view\":\"" + view + "\",\"is\":{");
        }
        shown.clear();
        page.accept("{\"view\":\"room\",\"id\":\"no/room\"}");
        assertThat(shown.poll(5, TimeUnit.SECONDS)).contains("\"is\":{}");
    }

    private Consumer<String> open() throws InterruptedException {
        Consumer<String> page = socket.open(node.cluster.ticket(VERA), node.connections.accept(session()));
        assertThat(shown.poll(5, TimeUnit.SECONDS)).contains("\"view\":\"\"");
        return page;
    }

    private int closeCode() throws InterruptedException {
        CloseReason reason = closed.poll(5, TimeUnit.SECONDS);
        assertThat(reason).isNotNull();
        return reason.getCloseCode().getCode();
    }

    /** A session that sends at once. */
    private Session session() {
        RemoteEndpoint.Async remote = Fake.of(RemoteEndpoint.Async.class, (call, given) -> {
            if (call.equals("sendText")) {
                shown.add((String) given[0]);
                ((SendHandler) given[1]).onResult(new SendResult((Session) null));
            }
            return null;
        });
        return Fake.of(Session.class, (method, arguments) -> switch (method) {
            case "getAsyncRemote" -> remote;
            case "getUserProperties" -> new HashMap<String, Object>();
            case "getMaxIdleTimeout" -> 0L;
            case "close" -> {
                closed.add((CloseReason) arguments[0]);
                yield null;
            }
            default -> throw new AssertionError("unexpected call of " + method);
        });
    }
}
