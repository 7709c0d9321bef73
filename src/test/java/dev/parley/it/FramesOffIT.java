package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.RawWebSocket;
import dev.parley.it.wire.Site;
import java.net.URL;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Frames that whoever runs Parley does not want: the server's own methods do it, on whichever server this is. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(60)
final class FramesOffIT {
    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.with(ParleyWar.root(), "parley.frames", "off");
    }

    @Test
    void whatIsSaidComesByTheServersOwnMethods() {
        Site site = Site.at(base);
        try (RawWebSocket client = site.open("/ws").ignoringPings()) {
            client.sendText("a", "b");

            assertThat(client.receiveTexts(2)).containsExactly("Message text was: a", "Message text was: b");
            assertThat(site.upgrade("/metrics").plain().exchange().body()).contains("\nparley_writes_frames 0\n");
        }
    }
}
