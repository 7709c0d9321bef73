package dev.parley.launch;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;

/**
 * The embedded Tomcat, seen through the few methods of its {@code startup.Tomcat} that the launcher calls by
 * reflection. All else is said in {@code conf/server.xml}, whose placeholders are system properties.
 *
 * <p>One thread starts it; {@link #stop} may come from another and waits for a start under way.
 */
final class EmbeddedServer {
    /** The names of the settings that are options, for the application, which knows what settings there are. */
    private static final String OPTIONS = "dev.parley.options";

    /** What the application has found open for production: a list of lines. */
    private static final String OPEN = "dev.parley.open";

    private final Object tomcat;
    private final Object application;

    private final ClassLoader classes;

    private EmbeddedServer(ClassLoader classes, Object tomcat, Object application) {
        this.classes = classes;
        this.tomcat = tomcat;
        this.application = application;
    }

    /** Reads the configuration and looks whether the port is free; the application is not touched yet. */
    static EmbeddedServer load(ServerHome home, ClassLoader classes, CommandLine line)
            throws StartException, IOException, ReflectiveOperationException {
        String address = address(line.host());
        mustBeFree(line, address);
        System.setProperty("catalina.home", home.directory().toString());
        System.setProperty("catalina.base", home.directory().toString());
        System.setProperty("launcher.host", address);
        System.setProperty("launcher.port", Integer.toString(line.port()));
        long heap = Runtime.getRuntime().maxMemory();
        System.setProperty("launcher.connections", Integer.toString(HalfOpen.connections(heap)));
        System.setProperty("launcher.sockets", Integer.toString(HalfOpen.sockets(heap)));
        System.setProperty("launcher.context", line.context());
        Operators operators = Operators.of(line.operators());
        home.write("conf/users.xml", operators.usersXml());
        System.setProperty("launcher.console", operators.areThere() ? "on" : "off");
        System.setProperty("launcher.application", home.application().toString());
        // Otherwise a server that could not take its port goes on without one.
        System.setProperty("org.apache.catalina.startup.EXIT_ON_INIT_FAILURE", "true");
        // Of each session's buffers, the three that only this property sizes: 24 KB a connection by default. What has
        // been read of the socket passes through the first in pieces, which are gathered elsewhere; the others take
        // Tomcat's own frames, which are all where frames of ours are turned off. A control frame needs 131 of these
        // bytes.
        System.setProperty("org.apache.tomcat.websocket.DEFAULT_BUFFER_SIZE", "512");

        Object tomcat = classes.loadClass("org.apache.catalina.startup.Tomcat")
                .getConstructor()
                .newInstance();
        Class<?> source = classes.loadClass("org.apache.tomcat.util.file.ConfigurationSource");
        tomcat.getClass().getMethod("init", source).invoke(tomcat, new Object[] {null});
        Object application = ((Object[]) call(call(tomcat, "getHost"), "findChildren"))[0];
        application
                .getClass()
                .getMethod("setParentClassLoader", ClassLoader.class)
                .invoke(application, new ApplicationParent(classes));
        Object context = call(application, "getServletContext");
        context.getClass()
                .getMethod("setAttribute", String.class, Object.class)
                .invoke(context, OPTIONS, line.settings().keySet());
        onceStarted(
                application,
                classes,
                () -> EarlyClasses.load(
                        home.application(), (ClassLoader) call(call(application, "getLoader"), "getClassLoader")));
        return new EmbeddedServer(classes, tomcat, application);
    }

    /** Resolved here: Tomcat passes over an address that it does not know, and listens on all of them. */
    private static String address(String host) throws StartException {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            throw new StartException("--host " + host + " is not a name or an address that this machine knows", e);
        }
    }

    /** Asked before anything starts: Tomcat takes the port only when the application is up. This does not listen. */
    private static void mustBeFree(CommandLine line, String address) throws StartException {
        try (Socket taken = new Socket()) {
            taken.setReuseAddress(true); // what is left of connections that have ended is in nobody's way
            taken.bind(new InetSocketAddress(address, line.port()));
        } catch (IOException e) {
            throw new StartException(
                    String.valueOf(e.getMessage()).contains("in use")
                            ? "port " + line.port() + " is in use; choose another with --port, 0 for any free one"
                            : "cannot listen on " + line.host() + ", port " + line.port() + ": " + e.getMessage(),
                    e);
        }
    }

    private interface Task {
        void run() throws IOException, ReflectiveOperationException;
    }

    /** Has the application's start include a task, which comes before the port is opened. */
    private static void onceStarted(Object application, ClassLoader classes, Task task)
            throws ReflectiveOperationException {
        Class<?> listener = classes.loadClass("org.apache.catalina.LifecycleListener");
        Object waiting = Proxy.newProxyInstance(classes, new Class<?>[] {listener}, (proxy, method, event) -> {
            if (method.getName().equals("lifecycleEvent")
                    && call(event[0], "getType").equals("after_start")) {
                task.run();
            }
            return null;
        });
        application.getClass().getMethod("addLifecycleListener", listener).invoke(application, waiting);
    }

    /** Starts the application, then answers requests. True if it is up, false if the application refused to start. */
    boolean start() throws ReflectiveOperationException {
        call(tomcat, "start");
        // A listener that throws leaves its application stopped and the server running.
        boolean isUp = call(application, "getStateName").equals("STARTED");
        if (isUp) {
            HalfOpen.watch(classes, call(call(tomcat, "getConnector"), "getProtocolHandler"));
        }
        return isUp;
    }

    /** The port it really listens on. */
    int port() throws ReflectiveOperationException {
        return (Integer) call(call(tomcat, "getConnector"), "getLocalPort");
    }

    /** What the application has found open for production, a line each. */
    List<?> open() throws ReflectiveOperationException {
        Object context = call(application, "getServletContext");
        return (List<?>)
                context.getClass().getMethod("getAttribute", String.class).invoke(context, OPEN);
    }

    /** Stops the application, which closes its sockets, then the server. */
    void stop() throws ReflectiveOperationException {
        call(tomcat, "stop");
        call(tomcat, "destroy");
    }

    private static Object call(Object target, String method) throws ReflectiveOperationException {
        return target.getClass().getMethod(method).invoke(target);
    }
}
