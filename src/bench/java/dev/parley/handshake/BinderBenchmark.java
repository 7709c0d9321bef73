package dev.parley.handshake;

import jakarta.websocket.server.PathParam;
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

/** What the gate's own work costs a handshake: parsing the target and the cookies, and binding the parameters. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BinderBenchmark {
    record Item(
            @PathParam("item_id") String itemId,
            @QueryParam("q") Optional<BigInteger> q,
            @CookieParam("session") Optional<String> session) {}

    private static final PathTemplate TEMPLATE = new PathTemplate("/items/{item_id}/ws");
    private static final Binder BINDER = new Binder(Item.class, TEMPLATE);

    /** Percent-escapes, a number and a cookie. */
    @Benchmark
    public Object bind() {
        RequestTarget target = RequestTarget.parse("/items/caf%C3%A9%20au%20lait/ws", "q=42&token=jessica&x=a+b");
        Visit visit = new Visit(
                TEMPLATE.match(target.segments()).orElseThrow(),
                target.query(),
                Cookies.parse(java.util.Collections.enumeration(List.of("theme=dark; session=fakesession"))));
        return BINDER.bind(visit);
    }
}
