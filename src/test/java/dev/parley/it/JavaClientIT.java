package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Site;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.net.URI;
import java.net.URL;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An example: the rooms from Java, with nothing but the Jakarta client API (here Tyrus). */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class JavaClientIT {
    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Test
    void joinsSpeaksAndIsToldWhatItSaid() throws Exception {
        Site site = Site.at(base);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        // One subprotocol, one address; the rest is text messages, each a JSON object.
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .preferredSubprotocols(List.of("parley.v1"))
                .build();
        Endpoint client = new Endpoint() {
            @Override
            public void onOpen(Session session, EndpointConfig ignored) {
                session.addMessageHandler(new MessageHandler.Whole<String>() {
                    @Override
                    public void onMessage(String message) {
                        told.add(message);
                    }
                });
            }
        };
        URI address = URI.create("ws://" + site.authority() + site.contextPath() + "/rooms");
        try (Session session = ContainerProvider.getWebSocketContainer().connectToServer(client, config, address)) {
            assertThat(session.getNegotiatedSubprotocol()).isEqualTo("parley.v1");

            say(session, "{\"id\":1,\"type\":\"connect\",\"token\":\"java\"}");
            assertThat(next(told)).contains("\"type\":\"welcome\"", "\"user\":\"java\"");

            say(session, "{\"id\":2,\"type\":\"join\",\"room\":\"java\"}");
            assertThat(next(told)).contains("\"type\":\"joined\"", "\"resume\":\"none\"");

            say(
                    session,
                    "{\"id\":3,\"type\":\"send\",\"room\":\"java\",\"key\":\"k1\",\"data\":{\"hello\":\"world\"}}");
            assertThat(List.of(next(told), next(told))) // in either order: stored, and delivered like to everybody
                    .anySatisfy(text -> assertThat(text).contains("\"type\":\"ack\"", "\"duplicate\":false"))
                    .anySatisfy(text -> assertThat(text).contains("\"type\":\"message\"", "{\"hello\":\"world\"}"));
        }
    }

    private static void say(Session session, String text) throws Exception {
        session.getBasicRemote().sendText(text);
    }

    private static String next(BlockingQueue<String> told) throws InterruptedException {
        return told.poll(20, TimeUnit.SECONDS);
    }
}
