package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Binds a record to a plain HTTP request, so that servlets can have the parameters and dependencies that endpoints have. There are
 * no path parameters. Immutable, thread-safe.
 *
 * @param <P> the record
 */
public final class RequestBinder<P extends Record> {
    private final Class<P> parameters;
    private final Binder binder;

    /**
     * A binder for {@code parameters}.
     *
     * @throws IllegalArgumentException if what it declares cannot work; the message names it
     */
    public RequestBinder(Class<P> parameters, Dependencies dependencies) {
        this.parameters = parameters;
        this.binder = new Binder(parameters, new PathTemplate("/servlet"), dependencies);
    }

    /**
     * Binds {@code request} and closes what dependencies have opened when {@code use} is done with it.
     *
     * @throws HandshakeRefused if the request is refused
     */
    public <R> R with(HttpServletRequest request, Function<P, R> use) {
        Map<String, List<String>> query =
                RequestTarget.parse("/", request.getQueryString()).query();
        Map<String, List<String>> cookies = Cookies.parse(Visitor.headers(request, "Cookie"));
        Visitor visitor = new Visitor(Map.of(), query, cookies, request, request.getRemoteAddr());
        try {
            Binder.Bound bound = binder.bind(visitor);
            try {
                return use.apply(parameters.cast(bound.value()));
            } finally {
                bound.cleanup().run();
            }
        } finally {
            visitor.leave();
        }
    }
}
