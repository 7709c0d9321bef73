package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;

/** Leaving the chat of a deployment under {@code /parley}. */
@Tag("full") // the same at the root is enough
final class ChatLeavesUnderContextIT extends ChatLeavesContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }
}
