package dev.parley.bench.baseline;

import jakarta.servlet.Servlet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;
import org.apache.tomcat.websocket.server.WsSci;

/** A Tomcat on one port, with its defaults but for the number of connections. */
final class EmbeddedTomcat {
    private static final int MAX_CONNECTIONS = 20_000;
    private static final int BACKLOG = 4_096;

    private final Tomcat tomcat = new Tomcat();

    EmbeddedTomcat(int port) throws java.io.IOException {
        Path base = Files.createTempDirectory("tomcat");
        Files.createDirectories(base.resolve("webapps"));
        tomcat.setBaseDir(base.toString());
        Connector connector = new Connector();
        connector.setPort(port);
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxConnections", Integer.toString(MAX_CONNECTIONS));
        connector.setProperty("acceptCount", Integer.toString(BACKLOG));
        tomcat.setConnector(connector);
    }

    /** An application at the root with WebSockets and one servlet. Without a servlet no filter would run, so no upgrade. */
    Context context(Servlet servlet) {
        Context context = tomcat.addContext("", null);
        context.addServletContainerInitializer(new WsSci(), Set.of());
        Wrapper wrapper = Tomcat.addServlet(context, "servlet", servlet);
        wrapper.setLoadOnStartup(1);
        wrapper.addMapping("/");
        return context;
    }

    /** A WAR at the root. The endpoints of this class path are not its. */
    Context war(Path war) {
        Context context = tomcat.addWebapp("", war.toString());
        ((StandardJarScanner) context.getJarScanner()).setScanClassPath(false);
        return context;
    }

    void runForEver() throws LifecycleException {
        tomcat.start();
        tomcat.getServer().await();
    }
}
