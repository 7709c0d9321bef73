package dev.parley.it;

import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Site;
import java.net.URL;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** Operators whom the server knows in its own realm, set up as {@code server-config} says. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("realm")
final class OperatorsInRealmIT extends ConsoleContract {
    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.root();
    }

    @Override
    Site site() {
        return Site.at(base);
    }
}
