package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Fake;
import jakarta.websocket.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HandshakeTest {
    record Visit(String credential) {}

    record Other(String credential) {}

    private final Handshake handshake = ScriptedGate.handshake(HandshakeTest.class, new Visit("s3cr3t"), new Cleanup());
    private final Map<String, Object> properties = new HashMap<>();
    private final Session session = Fake.of(Session.class, (name, arguments) -> {
        assertThat(name).isEqualTo("getUserProperties");
        return properties;
    });

    @Test
    void whatWasStoredIsFoundBySession() {
        handshake.storeIn(properties);

        assertThat(Handshake.of(session, Visit.class)).contains(new Visit("s3cr3t"));
    }

    @Test
    void withoutOneNothingIsBound() {
        assertThat(Handshake.of(session, Visit.class)).isEmpty();
    }

    @Test
    void anotherEndpointsParametersAreNotBound() {
        handshake.storeIn(properties);

        assertThat(Handshake.of(session, Other.class)).isEmpty();
    }

    @Test
    void whateverElseStandsInTheUserPropertiesIsNotBound() {
        handshake.storeIn(properties);
        properties.replaceAll((key, value) -> "s3cr3t");

        assertThat(Handshake.of(session, Visit.class)).isEmpty();
    }

    @Test
    void nothingThatIsPrintedCarriesACredential() {
        Map<String, List<String>> query = Map.of("token", List.of("s3cr3t"));

        assertThat(handshake).asString().doesNotContain("s3cr3t").contains("HandshakeTest");
        assertThat(Visitors.of(Map.of(), query, Map.of("session", List.of("s3cr3t"))))
                .asString()
                .doesNotContain("s3cr3t");
        assertThat(new RequestTarget(List.of("ws"), query)).asString().doesNotContain("s3cr3t");
    }
}
