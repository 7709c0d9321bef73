package dev.parley.it.harness;

import java.lang.annotation.Annotation;
import org.jboss.arquillian.core.api.Instance;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.arquillian.test.spi.enricher.resource.ResourceProvider;

/** Gives a test its {@link RunningServer}. */
public final class RunningServerProvider implements ResourceProvider {
    @Inject
    private Instance<RunningServer> server;

    @Override
    public boolean canProvide(Class<?> type) {
        return type == RunningServer.class;
    }

    @Override
    public Object lookup(ArquillianResource resource, Annotation... qualifiers) {
        return server.get();
    }
}
