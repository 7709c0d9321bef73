package dev.parley.launch;

import java.io.IOException;
import java.net.URL;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parent of the application's class loader: the JDK, what Jakarta promises an application, and of the server only
 * what the server itself loads by name through the application's loader, which is the WebSocket implementation and the
 * objects that it reads {@code web.xml} into. On other servers the operator decides what an application sees; here it is
 * as little as will do.
 *
 * <p>Thread-safe, as the two loaders behind it are.
 */
final class ApplicationParent extends ClassLoader {
    private static final List<String> VISIBLE =
            List.of("jakarta.", "org.apache.tomcat.websocket.", "org.apache.tomcat.util.descriptor.");
    private static final String SERVICES = "META-INF/services/jakarta.";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader server;

    ApplicationParent(ClassLoader server) {
        super("application-parent", ClassLoader.getPlatformClassLoader());
        this.server = server;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (VISIBLE.stream().anyMatch(name::startsWith)) {
            return server.loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }

    @Override
    protected @Nullable URL findResource(String name) {
        return name.startsWith(SERVICES) ? server.getResource(name) : null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
        return name.startsWith(SERVICES) ? server.getResources(name) : super.findResources(name);
    }
}
