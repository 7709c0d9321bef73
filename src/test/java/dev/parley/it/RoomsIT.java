package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** {@code /rooms} of a deployment at the root of its server. */
final class RoomsIT extends RoomsContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }
}
