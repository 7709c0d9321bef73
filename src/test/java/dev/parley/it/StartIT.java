package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.glassfish.tyrus.client.ClientManager;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The first thing to look at when everything is red: is the server up, and is it the one that was asked for? */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("standalone-alone") // it measures
final class StartIT {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }

    @ArquillianResource
    URL base;

    @ArquillianResource
    RunningServer server;

    @Test
    void theServerIsTheOneThatTheBuildAskedFor() {
        assertThat(server.name()).isEqualTo(System.getProperty("it.server", "standalone"));
        assertThat(ProcessHandle.of(server.pid())).hasValueSatisfying(ProcessHandle::isAlive);
    }

    @Test
    void thePageIsServedUnderTheContextPath() throws Exception {
        assertThat(base.getPath()).isEqualTo("/parley/");
        HttpResponse<String> page = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(base.toURI()).build(), BodyHandlers.ofString());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<title>Parley</title>");
    }

    @Test
    void aStandardClientGetsItsEcho() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        URI echo = URI.create(base.toString().replaceFirst("^http", "ws") + "ws");
        try (Session session = ClientManager.createClient()
                .connectToServer(
                        new Endpoint() {
                            @Override
                            public void onOpen(Session opened, EndpointConfig config) {
                                opened.addMessageHandler(new MessageHandler.Whole<String>() {
                                    @Override
                                    public void onMessage(String message) {
                                        received.add(message);
                                    }
                                });
                            }
                        },
                        ClientEndpointConfig.Builder.create().build(),
                        echo)) {
            session.getBasicRemote().sendText("hello");
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("Message text was: hello");
        }
    }
}
