package dev.parley.backplane;

import dev.parley.backplane.engine.Engine;
import dev.parley.backplane.engine.Link;
import dev.parley.backplane.engine.LinkException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine that counts how often it is read who is in a room, and can be late with the answer. */
final class ObservedEngine implements Engine {
    final AtomicInteger reads = new AtomicInteger();
    volatile Runnable beforeAnswer = () -> {}; // of such a read, which knows nothing of what happens meanwhile
    private final Engine engine;

    ObservedEngine(Engine engine) {
        this.engine = engine;
    }

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public boolean hasOutbox() {
        return engine.hasOutbox();
    }

    @Override
    public Link connect() throws LinkException {
        Link link = engine.connect();
        Link.Members members = link.members();
        Link.Members observed = proxy(Link.Members.class, (proxy, method, arguments) -> {
            Object answer = called(() -> method.invoke(members, arguments));
            if (method.getName().equals("in")) {
                reads.incrementAndGet();
                beforeAnswer.run();
            }
            return answer;
        });
        return proxy(
                Link.class,
                (proxy, method, arguments) ->
                        method.getName().equals("members") ? observed : called(() -> method.invoke(link, arguments)));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(ObservedEngine.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object called(Call call) throws Throwable {
        try {
            return call.now();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public Listener listen(Set<RoomId> rooms) throws LinkException {
        return engine.listen(rooms);
    }

    @Override
    public void close() {
        engine.close();
    }

    private interface Call {
        Object now() throws Exception;
    }
}
