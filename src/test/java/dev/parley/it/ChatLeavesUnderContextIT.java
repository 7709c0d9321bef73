package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Leaving the chat of a deployment under {@code /parley}. */
final class ChatLeavesUnderContextIT extends ChatLeavesContract {
    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }
}
