package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** {@code /ws} of a deployment at the root of its server. */
final class EchoIT extends EchoContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }
}
