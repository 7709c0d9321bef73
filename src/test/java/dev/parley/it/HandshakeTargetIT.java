package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The handshakes of a deployment at the root of its server. */
final class HandshakeTargetIT extends HandshakeTargetContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }
}
