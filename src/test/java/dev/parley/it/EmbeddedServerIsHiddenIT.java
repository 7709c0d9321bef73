package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.KnownDifference;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.zip.ZipFile;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What makes the archive start by itself is nobody else's business: the application cannot load it and a visitor cannot
 * fetch it, on whatever server the archive is deployed. A probe is added to the application to ask its class loader.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class EmbeddedServerIsHiddenIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root().addClass(ClassProbe.class);
    }

    @ArquillianResource
    URL base;

    @ArquillianResource
    RunningServer server;

    @Test
    void theApplicationSeesItsOwnClassesAndJakarta() throws Exception {
        assertThat(probe("dev.parley.app.Bootstrap")).isEqualTo("visible");
        assertThat(probe("jakarta.websocket.server.ServerEndpoint")).isEqualTo("visible");
    }

    @Test
    void theApplicationCannotLoadTheLauncher() throws Exception {
        assertThat(probe("dev.parley.launch.Main"))
                .isEqualTo(KnownDifference.ROOT_ON_CLASS_PATH.isOf(server) ? "visible" : "hidden");
    }

    @Test
    void theApplicationSeesAServerOnlyWhereTheOperatorsServerShowsItself() throws Exception {
        String expected = server.name().startsWith("tomcat") ? "visible" : "hidden";
        assertThat(probe("org.apache.catalina.startup.Tomcat")).isEqualTo(expected);
        assertThat(probe("org.apache.coyote.Request")).isEqualTo(expected);
    }

    @Test
    void noEntryOfTheArchiveCanBeFetched() throws Exception {
        List<String> entries;
        try (ZipFile war = new ZipFile(ParleyWar.file().toFile())) {
            entries = war.stream()
                    .map(Object::toString)
                    .filter(entry -> !entry.contains("/classes/"))
                    .toList();
        }
        assertThat(entries).contains("META-INF/launcher/conf/server.xml", "dev/parley/launch/Main.class");
        for (String entry : entries) {
            assertThat(get("/" + entry).statusCode()).as(entry).isEqualTo(404);
        }
    }

    private String probe(String className) throws IOException, InterruptedException {
        return get("/probe?" + className).body();
    }

    private HttpResponse<String> get(String target) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(base + target.substring(1))).build(), BodyHandlers.ofString());
    }
}
