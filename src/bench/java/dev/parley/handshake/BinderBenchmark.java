package dev.parley.handshake;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.server.PathParam;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the gate's own work costs a handshake: parsing the target and the cookies, and binding the guide's record of an item. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BinderBenchmark {
    record CookieOrToken(
            @CookieParam("session") Optional<String> session,
            @QueryParam("token") Optional<String> token) implements Dependency<String> {
        @Override
        public String value() {
            return session.or(() -> token).orElseThrow(() -> new HandshakeRefused(403, "neither"));
        }
    }

    record Item(
            @PathParam("item_id") String itemId,
            @QueryParam("q") Optional<BigInteger> q,
            @Depends(CookieOrToken.class) String credential) {}

    private static final PathTemplate TEMPLATE = new PathTemplate("/items/{item_id}/ws");
    private static final Binder BINDER = new Binder(Item.class, TEMPLATE, Dependencies.none());
    private static final HttpServletRequest REQUEST = (HttpServletRequest) Proxy.newProxyInstance(
            BinderBenchmark.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (self, method, arguments) -> null);

    /** Percent-escapes, a number, a cookie and a dependency. */
    @Benchmark
    public Object bind() {
        RequestTarget target = RequestTarget.parse("/items/caf%C3%A9%20au%20lait/ws", "q=42&token=jessica&x=a+b");
        Visitor visitor = new Visitor(
                TEMPLATE.match(target.segments()).orElseThrow(),
                target.query(),
                Cookies.parse(List.of("theme=dark; session=fakesession")),
                REQUEST,
                "127.0.0.1");
        return BINDER.bind(visitor);
    }
}
