package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** {@code /items/{item_id}/ws} of a deployment at the root of its server. */
final class ItemsIT extends ItemsContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }
}
