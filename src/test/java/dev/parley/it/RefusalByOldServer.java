package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.it.harness.Deployer;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.harness.RunningServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server below WebSocket 2.1. Not called {@code *IT}, because it is the only test there and none elsewhere. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
final class RefusalByOldServer {
    @ArquillianResource
    private RunningServer server;

    /** Nothing of ours, so that the server is up. */
    @Deployment(testable = false)
    static WebArchive other() {
        return ShrinkWrap.create(WebArchive.class, "other.war").add(new StringAsset("other"), "index.html");
    }

    @Test
    void theArchiveIsRefusedInOneLineThatSaysWhy() throws IOException {
        Deployer deployer = server.deployer().orElseThrow();
        assertThatThrownBy(() -> deployer.deploy("/parley", ParleyWar.file())).isInstanceOf(Deployer.Refusal.class);
        assertThat(log())
                .filteredOn(line -> line.contains("Parley cannot start"))
                .singleElement()
                .asString()
                .endsWith("Parley cannot start: this server is below Jakarta WebSocket 2.1, where concurrent handshakes"
                        + " share user properties and identities can cross; Parley needs Jakarta EE 10 or newer");
    }

    private List<String> log() throws IOException {
        try (Stream<Path> files = Files.list(server.logs().orElseThrow())) {
            Path newest = files.filter(file -> file.getFileName().toString().startsWith("catalina."))
                    .findFirst()
                    .orElseThrow();
            return Files.readAllLines(newest, StandardCharsets.UTF_8);
        }
    }
}
