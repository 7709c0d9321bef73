package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.parley.Fake;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HandshakeConfiguratorTest {
    record Visit(@QueryParam("token") Optional<String> token) {}

    @ServerEndpoint(value = "/a", configurator = HandshakeConfigurator.class)
    @Binds(Visit.class)
    static final class Here {}

    @ServerEndpoint(value = "/b", configurator = HandshakeConfigurator.class)
    @Binds(Visit.class)
    static final class There {}

    private final HandshakeConfigurator configurator = new HandshakeConfigurator();
    private final Gate gate = new Gate(
            List.of(Route.to(Here.class, Here::new), Route.to(There.class, There::new)), GateTest.rules(() -> {}));
    private final ServerEndpointConfig config =
            ServerEndpointConfig.Builder.create(Here.class, "/a").build();

    @AfterEach
    void uninstall() {
        HandshakeConfigurator.install(null);
    }

    @Test
    void withoutAGateNothingIsLetIn() {
        assertThat(configurator.checkOrigin(null)).isFalse();
        assertThat(configurator.checkOrigin("http://localhost:8080")).isFalse();
        modifyHandshake();
        assertThat(config.getUserProperties()).isEmpty();
        assertThatExceptionOfType(InstantiationException.class)
                .isThrownBy(() -> configurator.getEndpointInstance(Here.class));
    }

    @Test
    void handshakeThatCameAroundTheGateIsNotLetIn() {
        HandshakeConfigurator.install(gate);

        assertThat(configurator.checkOrigin(null)).isFalse();
        modifyHandshake();
        assertThat(bound()).isEmpty();
    }

    @Test
    void whatTheGateBoundReachesTheSession() throws Exception {
        HandshakeConfigurator.install(gate);

        GateExchange.upgrade("/a?token=t").through(gate, (request, response) -> {
            assertThat(configurator.checkOrigin("http://localhost:8080")).isTrue();
            modifyHandshake();
        });

        assertThat(bound()).contains(new Visit(Optional.of("t")));
    }

    @Test
    void whatTheGateBoundForAnotherEndpointDoesNot() throws Exception {
        HandshakeConfigurator.install(gate);

        GateExchange.upgrade("/b?token=t").through(gate, (request, response) -> modifyHandshake());

        assertThat(bound()).isEmpty();
    }

    @Test
    void oneDecisionServesOneHandshake() throws Exception {
        HandshakeConfigurator.install(gate);

        GateExchange.upgrade("/a?token=t").through(gate, (request, response) -> {
            modifyHandshake();
            config.getUserProperties().clear();
            assertThat(configurator.checkOrigin(null)).isFalse();
            modifyHandshake();
        });

        assertThat(bound()).isEmpty();
    }

    /** Servers differ in when they make configurators, some before the application has started. */
    @Test
    void configuratorMadeBeforeTheGateFindsIt() throws Exception {
        HandshakeConfigurator early = new HandshakeConfigurator();
        HandshakeConfigurator.install(gate);

        assertThat(early.getEndpointInstance(Here.class)).isNotSameAs(early.getEndpointInstance(Here.class));
        assertThat(early.getEndpointInstance(There.class)).isInstanceOf(There.class);
    }

    @Test
    void endpointWithoutARouteIsNotMade() {
        HandshakeConfigurator.install(gate);

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> configurator.getEndpointInstance(String.class))
                .withMessageContaining("java.lang.String");
    }

    @Test
    void theEndpointsOwnSubprotocolIsSelectedAndNoneWhereItHasNone() {
        assertThat(configurator.getNegotiatedSubprotocol(List.of("parley.v1"), List.of("chat", "parley.v1")))
                .isEqualTo("parley.v1");
        assertThat(configurator.getNegotiatedSubprotocol(List.of("parley.v1"), List.of("chat")))
                .isEmpty();
        assertThat(configurator.getNegotiatedSubprotocol(List.of(), List.of("chat", "parley.v1")))
                .isEmpty();
        assertThat(configurator.getNegotiatedSubprotocol(List.of(), List.of())).isEmpty();
    }

    @Test
    void noExtensionIsNegotiated() {
        Extension deflate = Fake.of(Extension.class, (name, arguments) -> "permessage-deflate");

        assertThat(configurator.getNegotiatedExtensions(List.of(deflate), List.of(deflate)))
                .isEmpty();
        assertThat(configurator.getNegotiatedExtensions(List.of(), List.of())).isEmpty();
    }

    private void modifyHandshake() {
        configurator.modifyHandshake(config, unasked(HandshakeRequest.class), unasked(HandshakeResponse.class));
    }

    private Optional<Visit> bound() {
        return Handshake.of(Fake.of(Session.class, (name, arguments) -> config.getUserProperties()), Visit.class);
    }

    /** Containers disagree about what these say, so nothing is asked of them. */
    private static <T> T unasked(Class<T> type) {
        return Fake.of(type, (name, arguments) -> {
            throw new AssertionError("unexpected call of " + name);
        });
    }
}
