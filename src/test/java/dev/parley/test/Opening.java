package dev.parley.test;

import dev.parley.handshake.Gate;
import dev.parley.handshake.HandshakeConfigurator;
import dev.parley.session.SessionEndpoint;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A handshake that has been answered. */
public final class Opening {
    private final int status;
    private final String why;
    private final Optional<Client> client;

    private Opening(int status, String why, Optional<Client> client) {
        this.status = status;
        this.why = why;
        this.client = client;
    }

    /** Must have been refused with this HTTP status. */
    public Opening isRefused(int expected) {
        if (status != expected) {
            client.ifPresent(Client::close);
            throw new AssertionError("should be refused with " + expected + ", but is " + this);
        }
        return this;
    }

    /** Must have been refused for a reason that says this. */
    public Opening because(String part) {
        if (!why.contains(part)) {
            throw new AssertionError("should be refused because \"" + part + "\", but is " + this);
        }
        return this;
    }

    /** Must have been accepted. */
    public Client opens() {
        return client.orElseThrow(() -> new AssertionError("should be opened, but is " + this));
    }

    @Override
    public String toString() {
        return client.isPresent() ? "opened" : "refused with " + status + ": " + why;
    }

    static Opening of(Class<?> endpoint, ParleyTest.Visit visit, String target, Gate gate, Runnable stop) {
        Exchange exchange = new Exchange(visit, target);
        HandshakeConfigurator configurator = new HandshakeConfigurator();
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(endpoint, "/")
                .configurator(configurator)
                .build();
        Object[] made = new Object[1];
        synchronized (Opening.class) { // the configurator has one gate
            HandshakeConfigurator.install(gate);
            try {
                exchange.through(gate, (request, response) -> {
                    configurator.modifyHandshake(
                            config, Stub.of(HandshakeRequest.class), Stub.of(HandshakeResponse.class));
                    made[0] = instance(configurator, endpoint);
                });
            } finally {
                HandshakeConfigurator.install(null);
            }
        }
        if (made[0] instanceof SessionEndpoint<?> opened) {
            return new Opening(101, "", Optional.of(new Client(opened, config.getUserProperties(), stop)));
        }
        stop.run();
        if (made[0] != null) {
            throw new IllegalArgumentException(endpoint + " must extend ParleyEndpoint");
        }
        return new Opening(
                exchange.status, exchange.body.toString(StandardCharsets.UTF_8).strip(), Optional.empty());
    }

    private static Object instance(HandshakeConfigurator configurator, Class<?> endpoint) throws ServletException {
        try {
            return configurator.getEndpointInstance(endpoint);
        } catch (InstantiationException e) {
            throw new ServletException(e);
        }
    }

    /** A request for an upgrade, and what a filter answers to it. */
    private static final class Exchange {
        private final ParleyTest.Visit visit;
        private final String path;
        private final @Nullable String query;
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int status;

        Exchange(ParleyTest.Visit visit, String target) {
            this.visit = visit;
            int mark = target.indexOf('?');
            path = mark < 0 ? target : target.substring(0, mark);
            query = mark < 0 ? null : target.substring(mark + 1);
            headers.putAll(Map.of(
                    "Host", "localhost",
                    "Upgrade", "websocket",
                    "Connection", "Upgrade",
                    "Sec-WebSocket-Version", "13",
                    "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));
            headers.putAll(visit.headers());
        }

        void through(Gate gate, FilterChain chain) {
            try {
                gate.doFilter(
                        Stub.of(HttpServletRequest.class, this::asked),
                        Stub.of(HttpServletResponse.class, this::told),
                        chain);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (ServletException e) {
                throw new IllegalStateException("the endpoint cannot be made", e);
            }
        }

        private @Nullable Object asked(String method, Object[] arguments) {
            return switch (method) {
                case "getMethod" -> "GET";
                case "getRequestURI", "getServletPath" -> path;
                case "getContextPath" -> "";
                case "getServletContext" -> Stub.of(ServletContext.class, (name, given) -> "");
                case "getQueryString" -> query;
                case "isSecure" -> true;
                case "getRemoteAddr" -> "127.0.0.1";
                case "getUserPrincipal" -> visit.user().isEmpty() ? null : (Principal) visit::user;
                case "isUserInRole" -> visit.roles().contains((String) arguments[0]);
                case "getSession" -> visit.session().isEmpty() ? null : Stub.of(HttpSession.class, this::kept);
                case "getHeader" -> headers.get((String) arguments[0]);
                case "getHeaders" -> {
                    String value = headers.get((String) arguments[0]);
                    yield Collections.enumeration(value == null ? List.of() : List.of(value));
                }
                default -> throw new UnsupportedOperationException("HttpServletRequest." + method + " in a test");
            };
        }

        private @Nullable Object kept(String method, Object[] arguments) {
            return switch (method) {
                case "getAttribute" -> visit.session().get((String) arguments[0]);
                case "getId" -> "test";
                case "getCreationTime" -> 0L;
                default -> throw new UnsupportedOperationException("HttpSession." + method + " in a test");
            };
        }

        private @Nullable Object told(String method, Object[] arguments) {
            switch (method) {
                case "setStatus" -> status = (int) arguments[0];
                case "getOutputStream" -> {
                    return new ServletOutputStream() {
                        @Override
                        public void write(int octet) {
                            body.write(octet);
                        }

                        @Override
                        public boolean isReady() {
                            return true;
                        }

                        @Override
                        public void setWriteListener(WriteListener listener) {
                            throw new UnsupportedOperationException("all is written at once");
                        }
                    };
                }
                default -> {
                    // headers, which nobody asks for
                }
            }
            return null;
        }
    }
}
