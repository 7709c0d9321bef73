package dev.parley.it.harness;

import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.arquillian.test.spi.enricher.resource.ResourceProvider;

/**
 * Tells Arquillian of our container for the server that this run is for. Arquillian takes one container and no more, so
 * for any other server nothing is said, and the adapter that its profile puts on the class path is the one.
 */
public final class HarnessExtension implements LoadableExtension {
    @Override
    public void register(ExtensionBuilder builder) {
        switch (server()) {
            case "standalone" -> builder.service(DeployableContainer.class, StandaloneContainer.class);
            case "tomcat11", "tomcat10" -> builder.service(DeployableContainer.class, TomcatContainer.class);
            default -> {}
        }
        builder.service(ResourceProvider.class, RunningServerProvider.class);
    }

    /** The qualifier of the container in {@code arquillian.xml}. */
    private static String server() {
        return System.getProperty("arquillian.launch", "standalone");
    }
}
