package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RouteTest {
    record Visit(@PathParam("id") String id) {}

    @ServerEndpoint(value = "/x/{id}", configurator = HandshakeConfigurator.class)
    @Binds(Visit.class)
    static final class Good {}

    @Test
    void routeBindsTheEndpointsRecordAndMakesEndpoints() {
        Route route = Route.to(Good.class, Good::new);

        Handshake handshake = route.bind(Visitors.of(Map.of("id", "7"), Map.of(), Map.of()), Runnable::run);

        assertThat(handshake.endpoint()).isEqualTo(Good.class);
        assertThat(handshake.parameters()).isEqualTo(new Visit("7"));
        assertThat(route.newEndpoint()).isInstanceOf(Good.class).isNotSameAs(route.newEndpoint());
        assertThat(route.template()).hasToString("/x/{id}");
    }

    @ServerEndpoint(value = "/x/{id}", configurator = HandshakeConfigurator.class)
    static final class BindsNothing {}

    @Binds(Visit.class)
    static final class NoEndpoint {}

    static final class OwnConfigurator extends ServerEndpointConfig.Configurator {}

    @ServerEndpoint(value = "/x/{id}", configurator = OwnConfigurator.class)
    @Binds(Visit.class)
    static final class ConfiguredOtherwise {}

    /** Otherwise its sessions would open with nothing bound, or with no gate before them at all. */
    @Test
    void endpointThatTheGateCannotGuardHasNoRoute() {
        assertRefused(BindsNothing.class, new BindsNothing());
        assertRefused(NoEndpoint.class, new NoEndpoint());
        assertRefused(ConfiguredOtherwise.class, new ConfiguredOtherwise());
    }

    @ServerEndpoint(value = "/x", configurator = HandshakeConfigurator.class)
    @Binds(Visit.class)
    static final class WrongPath {}

    @Test
    void faultInTheDeclarationIsFoundAtOnce() {
        assertThatThrownBy(() -> Route.to(WrongPath.class, WrongPath::new))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("{id}");
    }

    private static <E> void assertRefused(Class<E> endpoint, E instance) {
        assertThatThrownBy(() -> Route.to(endpoint, () -> instance))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(endpoint.getName());
    }
}
