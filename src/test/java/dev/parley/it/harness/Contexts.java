package dev.parley.it.harness;

import java.net.URI;
import org.jboss.arquillian.container.spi.client.protocol.metadata.HTTPContext;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.container.spi.client.protocol.metadata.Servlet;
import org.jboss.shrinkwrap.api.Archive;

/** What the name of an archive says of its context path, and how Arquillian is told where a deployment is. */
final class Contexts {
    private Contexts() {}

    /** {@code /} for {@code ROOT.war}, else {@code /name}. */
    static String path(Archive<?> archive) {
        String name = archive.getName().replaceFirst("\\.war$", "");
        return name.equals("ROOT") ? "/" : "/" + name;
    }

    static ProtocolMetaData at(URI site, Archive<?> archive) {
        HTTPContext context = new HTTPContext(site.getHost(), site.getPort());
        // Arquillian learns a context path from a servlet alone; this one stands for all.
        context.add(new Servlet("parley", path(archive)));
        return new ProtocolMetaData().addContext(context);
    }
}
