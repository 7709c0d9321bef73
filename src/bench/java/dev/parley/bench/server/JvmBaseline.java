package dev.parley.bench.server;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A chat server of this benchmark that runs in a JVM of its own.
 *
 * @param id the target's id
 * @param main its class in {@code dev.parley.bench.baseline}
 * @param arguments what it is called with after the port
 * @param jars which jars it gets, as parts of their paths in the local repository
 */
record JvmBaseline(String id, String main, List<String> arguments, List<String> jars) implements Target.Recipe {
    static final List<String> TOMCAT = List.of("/tomcat/embed/", "/jakarta/annotation/");
    private static final List<String> SPRING =
            List.of("/org/springframework/", "/io/micrometer/", "/commons-logging/", "/org/jspecify/");
    private static final List<String> JETTY = List.of("/org/eclipse/jetty/", "/jakarta/", "/org/slf4j/");
    private static final List<String> UNDERTOW =
            List.of("/io/undertow/", "/org/jboss/", "/org/wildfly/", "/io/smallrye/", "/jakarta/");
    private static final List<String> TYRUS = List.of("/org/glassfish/", "/jakarta/");
    private static final List<String> NETTY = List.of("/io/netty/");

    JvmBaseline {
        arguments = List.copyOf(arguments);
        jars = List.copyOf(jars);
    }

    /** Each server with the chat that people write first, and with the one that never blocks. */
    static Stream<Target> all() {
        return Stream.of(
                target(Targets.NAIVE, "Tomcat, `getBasicRemote` loop", "TomcatChat", "basic", TOMCAT),
                target("tomcat-async", "Tomcat, one `getAsyncRemote` at a time", "TomcatChat", "async", TOMCAT),
                target("spring", "Spring on Tomcat", "SpringChat", "", concat(TOMCAT, SPRING)),
                target("netty", "Netty epoll, frame encoded once, coalescing", "NettyChat", "", NETTY),
                target("jetty", "Jetty, `getBasicRemote` loop", "JettyChat", "basic", JETTY),
                target("jetty-async", "Jetty, one `getAsyncRemote` at a time", "JettyChat", "async", JETTY),
                target("undertow", "Undertow, `getBasicRemote` loop", "UndertowChat", "basic", UNDERTOW),
                target("undertow-async", "Undertow, one `getAsyncRemote` at a time", "UndertowChat", "async", UNDERTOW),
                target("tyrus", "Tyrus on Grizzly, `getBasicRemote` loop", "TyrusChat", "basic", TYRUS),
                target("tyrus-async", "Tyrus on Grizzly, one `getAsyncRemote` at a time", "TyrusChat", "async", TYRUS));
    }

    @Override
    public Launch prepare(Workshop workshop) {
        List<String> command = new ArrayList<>(workshop.java(id));
        command.addAll(List.of("-cp", ClassPath.ofThisProcess().with(jars), "dev.parley.bench.baseline." + main));
        command.add(Launch.PORT);
        command.addAll(arguments);
        return new Launch(command, "");
    }

    private static Target target(String id, String title, String main, String variant, List<String> jars) {
        List<String> arguments = variant.isEmpty() ? List.of() : List.of(variant);
        return Targets.guide(id, title, true, new JvmBaseline(id, main, arguments, jars));
    }

    private static List<String> concat(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
