package dev.parley.app;

import dev.parley.Fake;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A servlet context that notes what is registered with it. A call that nobody has a reason to make fails the test. */
final class FakeContext {
    private final Map<String, String> parameters = new HashMap<>();
    private final Map<String, Object> filterCalls = new HashMap<>();
    private final Map<String, Map<String, Object>> servletCalls = new HashMap<>();
    private final Map<String, Object> attributes = new HashMap<>();
    private final List<ServerEndpointConfig> endpoints = new ArrayList<>();
    private boolean refusesServlets;
    private @Nullable Filter filter;
    private final Map<String, Servlet> servlets = new HashMap<>();

    FakeContext with(String parameter, String value) {
        parameters.put(parameter, value);
        return this;
    }

    /** As a server does that has begun to serve already. */
    FakeContext refusingServlets() {
        refusesServlets = true;
        return this;
    }

    Map<String, String> parameters() {
        return parameters;
    }

    ServletContext asServletContext() {
        return Fake.of(ServletContext.class, this::answer);
    }

    @Nullable
    Filter filter() {
        return filter;
    }

    @Nullable
    Servlet servlet(String name) {
        return servlets.get(name);
    }

    /** How the filter was registered: the arguments of each call, by method. */
    Map<String, Object> filterCalls() {
        return filterCalls;
    }

    /** How a servlet was registered, in the same way. */
    Map<String, Object> servletCalls(String name) {
        return servletCalls.getOrDefault(name, Map.of());
    }

    private @Nullable Object answer(String name, Object[] arguments) {
        return switch (name) {
            case "addListener" -> null;
            case "getServerInfo" -> "Fake/1.0";
            case "getContextPath" -> "/fake";
            case "getResourceAsStream" -> null;
            case "getAttribute" ->
                arguments[0].equals(ServerContainer.class.getName())
                        ? Fake.of(
                                ServerContainer.class,
                                (method, given) -> endpoints.add((ServerEndpointConfig) given[0]))
                        : attributes.get((String) arguments[0]);
            case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
            case "getInitParameterNames" -> Collections.enumeration(parameters.keySet());
            case "getInitParameter" -> parameters.get((String) arguments[0]);
            case "addFilter" -> {
                filter = (Filter) arguments[1];
                yield Fake.of(FilterRegistration.Dynamic.class, (method, given) -> {
                    filterCalls.put(method, flat(given));
                    return null;
                });
            }
            case "addServlet" -> {
                if (refusesServlets) {
                    throw new IllegalStateException("too late to add a servlet");
                }
                String registered = (String) arguments[0];
                servlets.put(registered, (Servlet) arguments[1]);
                yield Fake.of(ServletRegistration.Dynamic.class, (method, given) -> {
                    servletCalls
                            .computeIfAbsent(registered, first -> new HashMap<>())
                            .merge(method, flat(given), FakeContext::both);
                    return Set.of();
                });
            }
            default -> throw new AssertionError("unexpected call of " + name);
        };
    }

    private static List<Object> both(Object one, Object other) {
        List<Object> both = new ArrayList<>((List<?>) one);
        both.addAll((List<?>) other);
        return both;
    }

    private static List<Object> flat(Object[] arguments) {
        return List.of(arguments).stream()
                .flatMap(argument ->
                        argument instanceof Object[] several ? List.of(several).stream() : List.of(argument).stream())
                .toList();
    }

    /** What a filter must be mapped to so that it comes before every other. */
    static List<Object> beforeAllOthers() {
        return List.of(Set.of(DispatcherType.REQUEST), false, "/*");
    }
}
