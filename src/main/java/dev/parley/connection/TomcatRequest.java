package dev.parley.connection;

import dev.parley.node.Reach;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;

/** What stands below a request on Tomcat, and on servers that have it inside. */
public final class TomcatRequest {
    private TomcatRequest() {}

    /** The server's own request, whatever an application has wrapped around it. */
    public static Object unwrapped(ServletRequest request) {
        Object inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            inner = wrapper.getRequest();
        }
        return inner;
    }

    /**
     * Has the connector do something with the request and its connection.
     *
     * @param action an {@code org.apache.coyote.ActionCode}
     * @throws ReflectiveOperationException if there is no such connector
     */
    public static void act(ServletRequest request, String action) throws ReflectiveOperationException {
        Object facade = unwrapped(request);
        Object connectors = Reach.declared(facade.getClass(), "request").get(facade);
        Object coyote = connectors.getClass().getMethod("getCoyoteRequest").invoke(connectors);
        Class<?> code = Reach.load(coyote.getClass(), "org.apache.coyote.ActionCode");
        coyote.getClass().getMethod("action", code, Object.class).invoke(coyote, Reach.constant(code, action), null);
    }
}
