package dev.parley.bench.baseline;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.websockets.jsr.WebSocketDeploymentInfo;
import org.xnio.Options;

/** Undertow with a Jakarta chat. */
public final class UndertowChat {
    private static final int BACKLOG = 4_096;

    private UndertowChat() {}

    /** Takes the port and the chat's name. */
    public static void main(String[] args) throws Exception {
        // As WildFly does: on the I/O threads, blocking sends wait for themselves.
        WebSocketDeploymentInfo sockets = new WebSocketDeploymentInfo().setDispatchToWorkerThread(true);
        Chats.named(args[1]).forEach(sockets::addEndpoint);
        DeploymentInfo deployment = Servlets.deployment()
                .setClassLoader(UndertowChat.class.getClassLoader())
                .setContextPath("/")
                .setDeploymentName("chat")
                .addServletContextAttribute(WebSocketDeploymentInfo.ATTRIBUTE_NAME, sockets);
        DeploymentManager manager = Servlets.defaultContainer().addDeployment(deployment);
        manager.deploy();
        Undertow.builder()
                .addHttpListener(Integer.parseInt(args[0]), "127.0.0.1")
                .setSocketOption(Options.BACKLOG, BACKLOG)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, -1)
                .setHandler(Handlers.path(manager.start()))
                .build()
                .start();
    }
}
