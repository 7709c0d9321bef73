package dev.parley.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.handshake.Dependency;
import dev.parley.handshake.Depends;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.HandshakeRefused;
import dev.parley.handshake.QueryParam;
import dev.parley.handshake.Visitor;
import dev.parley.handshake.WebSocketException;
import dev.parley.test.Client;
import dev.parley.test.ParleyTest;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Endpoints of an application's own, and what opens them in its tests. */
final class ParleyEndpointTest {
    /** Who may see which orders. */
    public static final class Orders {
        private final List<String> trail = new CopyOnWriteArrayList<>();

        boolean areDavesAlone(long id) {
            return id == 1;
        }
    }

    public record Customer(String name) {}

    /** Finds the customer who has logged in. */
    static final class Login implements Dependency<Customer>, AutoCloseable {
        private final Customer customer;
        private final Orders orders;

        Login(Visitor visitor, @PathParam("id") long id, Orders orders) {
            this.orders = orders;
            customer = new Customer(visitor.principal()
                    .orElseThrow(() -> new HandshakeRefused(401, "log in first"))
                    .getName());
            if (orders.areDavesAlone(id) && !customer.name().equals("dave") && !visitor.isInRole("staff")) {
                throw new HandshakeRefused(403, "somebody else's order");
            }
        }

        @Override
        public Customer value() {
            return customer;
        }

        @Override
        public void close() {
            orders.trail.add("login let go");
        }
    }

    @ServerEndpoint(value = "/orders/{id}/live", configurator = HandshakeConfigurator.class)
    public static class OrderSocket extends ParleyEndpoint<OrderSocket.Visit> {
        public record Visit(
                @PathParam("id") long id,
                @Depends(Login.class) Customer customer,
                Orders orders) {}

        String injected = "";

        @Override
        protected void opened(Visit visit, Connection connection) {
            connection.send(visit.customer().name() + " looks at " + visit.id() + injected);
        }

        @Override
        protected void message(Visit visit, Connection connection, String text) {
            switch (text) {
                case "bye" -> connection.close(4321, "as you like");
                case "json" -> connection.sendJson(visit.customer());
                case "refused" -> throw new WebSocketException(1008, "not so");
                case "fault" -> throw new IllegalStateException("a fault");
                default -> connection.send(text + " from " + connection.caller());
            }
        }

        @Override
        protected void closed(Visit visit, Connection connection) {
            visit.orders().trail.add("closed, open " + connection.isOpen());
        }
    }

    private final Orders orders = new Orders();
    private final ParleyTest test = ParleyTest.of(OrderSocket.class).with(Orders.class, orders);

    @Test
    void oneClassOneRecordAndNothingElse() {
        try (Client dave = test.as("dave").open("/orders/1/live").opens()) {
            dave.receives("dave looks at 1").send("x").receives("x from anonymous");
            assertThat(dave.send("json").receive()).isEqualTo("{\"name\":\"dave\"}");
            dave.send("bye").closes(4321);
        }
        // What the endpoint does at the end comes before its dependencies let go.
        assertThat(orders.trail).containsExactly("closed, open false", "login let go");
    }

    @Test
    void whoeverMayNotIsRefusedBeforeTheUpgrade() {
        test.open("/orders/1/live").isRefused(401).because("log in first");
        test.as("ann").open("/orders/1/live").isRefused(403);
        test.as("ann").open("/orders/x/live").isRefused(403).because("path parameter id is not an integer");
        test.as("ann").open("/nowhere").isRefused(404);
        test.as("ann", "staff").open("/orders/1/live").opens().close();
    }

    @Test
    void whatIsThrownCloses() {
        test.as("dave")
                .open("/orders/1/live")
                .opens()
                .receives("dave looks at 1")
                .send("refused")
                .closes(1008);
        test.as("dave")
                .open("/orders/1/live")
                .opens()
                .receives("dave looks at 1")
                .send("fault")
                .closes(1011);
    }

    @Test
    void bytesAreTheEndWhereNobodyTakesThem() {
        test.as("dave")
                .open("/orders/1/live")
                .opens()
                .receives("dave looks at 1")
                .send(new byte[1])
                .closes(1003);
    }

    @Test
    void fieldsAreFilledInAndDependenciesStoodInFor() {
        test.override(Login.class, new Customer("eve"))
                .injecting(OrderSocket.class, endpoint -> endpoint.injected = " by injection")
                .open("/orders/1/live")
                .opens()
                .receives("eve looks at 1 by injection")
                .close();
    }

    @Test
    void whatDoesNotHoldIsSaid() {
        assertThatThrownBy(() -> test.as("ann").open("/orders/1/live").opens())
                .isInstanceOf(AssertionError.class)
                .hasMessage("should be opened, but is refused with 403: somebody else's order");
        assertThatThrownBy(() -> test.as("dave").open("/orders/1/live").isRefused(403))
                .isInstanceOf(AssertionError.class)
                .hasMessage("should be refused with 403, but is opened");
        assertThatThrownBy(() -> test.as("dave").open("/orders/1/live").opens().receives("else"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("should receive the text \"else\", but receives the text \"dave looks at 1\"");
    }

    /** A base of the application's own, between. */
    public abstract static class Greeting<P extends Record> extends ParleyEndpoint<P> {
        @Override
        protected void binary(P visit, Connection connection, byte[] bytes) {
            connection.send(bytes);
        }
    }

    @ServerEndpoint(value = "/greeting", configurator = HandshakeConfigurator.class)
    public static class GreetingSocket extends Greeting<GreetingSocket.Visit> {
        public record Visit(@QueryParam Optional<String> name) {}
    }

    @Test
    void theRecordIsFoundAndBytesAreTakenThroughABaseOfOnesOwn() {
        Client client = ParleyTest.of(GreetingSocket.class).open("/greeting").opens();
        client.send(new byte[] {1, 2}).receives(new byte[] {1, 2});
        client.send("text").closes(1003);
    }

    @ServerEndpoint(value = "/raw", configurator = HandshakeConfigurator.class)
    public static class RawSocket<P extends Record> extends ParleyEndpoint<P> {}

    @ServerEndpoint(value = "/hidden", configurator = HandshakeConfigurator.class)
    static class HiddenSocket extends ParleyEndpoint<GreetingSocket.Visit> {}

    @ServerEndpoint("/own")
    public static class OtherSocket extends ParleyEndpoint<GreetingSocket.Visit> {}

    @Test
    void whatCannotWorkFailsAtDeployment() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParleyTest.of(RawSocket.class).open("/raw"))
                .withMessageContaining("extends ParleyEndpoint<Visit>");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParleyTest.of(HiddenSocket.class).open("/hidden"))
                .withMessageContaining("must be public");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParleyTest.of(OtherSocket.class).open("/own"))
                .withMessageContaining("configurator = HandshakeConfigurator.class");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParleyTest.of(OrderSocket.class).open("/orders/1/live"))
                .withMessageContaining("gives no " + Orders.class.getName());
    }
}
