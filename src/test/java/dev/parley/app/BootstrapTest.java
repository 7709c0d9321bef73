package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Published;
import dev.parley.guide.EchoEndpoint;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.handshake.RecordedLog;
import dev.parley.library.LocalParley;
import jakarta.servlet.ServletContextEvent;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BootstrapTest {
    private final FakeContext context = new FakeContext();
    private final Bootstrap bootstrap = new Bootstrap();

    @Test
    void applicationLivesAsLongAsItsContext() throws Exception {
        bootstrap.contextInitialized(event());
        assertThat(context.filter()).isNotNull();
        assertThat(new HandshakeConfigurator().getEndpointInstance(EchoEndpoint.class))
                .isNotNull();

        bootstrap.contextDestroyed(event());
        assertThatThrownBy(() -> new HandshakeConfigurator().getEndpointInstance(EchoEndpoint.class))
                .isInstanceOf(InstantiationException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "parley.heartbeat, soon, 'context parameter parley.heartbeat: must be a duration'",
        "parley.allowed-origins, app.example, 'parley.allowed-origins: not an origin'"
    })
    void badSettingStopsTheDeploymentWithOneLine(String parameter, String value, String line) {
        context.with(parameter, value);
        try (RecordedLog log = RecordedLog.of("dev.parley")) {
            assertThatThrownBy(() -> bootstrap.contextInitialized(event()))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining(line)
                    .hasNoCause()
                    .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());

            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("SEVERE")
                    .contains(line);
            assertThat(log.lines()).singleElement().asString().doesNotContain("s3cr3t");
        }
        assertThat(context.filter()).isNull();
    }

    /** An application's listeners may be called before ours, and ask at once. */
    @ParameterizedTest
    @CsvSource({"parley.heartbeat, soon", "parley.jwt-keys, /no/such/file"})
    void whoeverHasAskedAlreadyIsToldThatTheStartFailed(String parameter, String value) {
        Parley parley = LocalParley.of(context.asServletContext());
        CompletionStage<Published> asked = parley.room("lobby").publish("hello");
        CompletionStage<Void> told = parley.room("lobby").recheck();
        context.with(parameter, value);

        assertThatThrownBy(() -> bootstrap.contextInitialized(event())).isInstanceOf(SettingsException.class);

        for (CompletionStage<?> stage :
                List.of(asked, told, parley.room("lobby").members())) {
            assertThatThrownBy(() -> stage.toCompletableFuture().get(5, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            ParleyException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ParleyException.Code.STOPPED));
        }
    }

    @Test
    void settingOfSomebodyElseStopsNothingAndAMisspeltOneIsPointedAt() {
        context.with("parley.url", "s3cr3t").with("parley.heartbeet", "s3cr3t");
        try (RecordedLog log = RecordedLog.of("dev.parley")) {
            bootstrap.contextInitialized(event());
            bootstrap.contextDestroyed(event());

            assertThat(log.lines())
                    .filteredOn(line -> line.contains("is not a setting"))
                    .singleElement()
                    .asString()
                    .startsWith("WARNING")
                    .contains("parley.heartbeet", "did you mean parley.heartbeat?");
            assertThat(log.lines()).noneSatisfy(line -> assertThat(line).contains("s3cr3t"));
        }
    }

    @Test
    void serverBelowWebSocket21IsRefusedInOneLineThatSaysWhy() {
        assertThatThrownBy(() -> Bootstrap.requireWebSocket21(Object.class))
                .isInstanceOf(SettingsException.class)
                .hasMessage(
                        "this server is below Jakarta WebSocket 2.1, where concurrent handshakes share user properties"
                                + " and identities can cross; Parley needs Jakarta EE 10 or newer");
        assertThatCode(() -> Bootstrap.requireWebSocket21(ServerEndpointConfig.Configurator.class))
                .doesNotThrowAnyException();
    }

    @Test
    void contextThatNeverStartedIsDestroyedInPeace() {
        assertThatCode(() -> bootstrap.contextDestroyed(event())).doesNotThrowAnyException();
    }

    private ServletContextEvent event() {
        return new ServletContextEvent(context.asServletContext());
    }
}
