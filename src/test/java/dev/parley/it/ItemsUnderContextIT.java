package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;

/** {@code /items/{item_id}/ws} of a deployment under {@code /parley}. */
@Tag("full") // the same at the root is enough
final class ItemsUnderContextIT extends ItemsContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }
}
