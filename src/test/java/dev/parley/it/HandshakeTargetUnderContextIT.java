package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The handshakes of a deployment under {@code /parley}. */
final class HandshakeTargetUnderContextIT extends HandshakeTargetContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }
}
