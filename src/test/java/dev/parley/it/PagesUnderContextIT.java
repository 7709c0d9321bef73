package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;

/** The pages of a deployment under {@code /parley}. */
@Tag("long")
final class PagesUnderContextIT extends PagesContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }
}
