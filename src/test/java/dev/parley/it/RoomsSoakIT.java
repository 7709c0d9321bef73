package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Site;
import java.net.URL;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many in many rooms, of whom one in a hundred loses its connection every second, in the middle of whatever it does. In the end
 * every message that was acknowledged has been delivered once and in order to everybody, and so has every other.
 *
 * <p>How long and how many is said by {@code -Dsoak.seconds}, {@code -Dsoak.connections}, {@code -Dsoak.rooms} and
 * {@code -Dsoak.rate}, messages a second in all.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("long")
@Tag("standalone-alone") // it measures
final class RoomsSoakIT {
    private static final int SECONDS = Integer.getInteger("soak.seconds", 15);
    private static final int CONNECTIONS = Integer.getInteger("soak.connections", 100);
    private static final int ROOMS = Integer.getInteger("soak.rooms", 5);
    private static final int RATE = Integer.getInteger("soak.rate", 50);

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Test
    void everyAcknowledgedMessageIsDeliveredToEverybodyOnceAndInOrder() {
        new Soak(SECONDS, CONNECTIONS, ROOMS, RATE, 0.01, false).over(List.of(Site.at(base)));
    }
}
