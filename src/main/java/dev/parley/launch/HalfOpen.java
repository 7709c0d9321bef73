package dev.parley.launch;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Ends connections that hold a place and ask for nothing, so that they keep no newcomer out:
 *
 * <ul>
 *   <li>those whose request has begun and does not come to the end of its head. Tomcat's own timeout begins anew with every byte,
 *       and what it keeps of such a request is most of what a connection costs. A head has {@value #SECONDS} seconds; when there
 *       are more of them than the heap bears, the oldest goes first;
 *   <li>those that have sent nothing, or wait for their next request, while fewer than an eighth of all places are free: the one
 *       that has been silent longest goes first;
 *   <li>those that take longest over one request, while three quarters of all threads are busy: whoever does not send the body that
 *       is waited for, or does not read the answer, holds a thread.
 * </ul>
 *
 * <p>Tomcat keeps a processor with a socket between two readings of a head, while a request is asynchronous, and after an
 * upgrade; not with one that waits for a request. While a request is answered the poller does not wait for the socket.
 */
final class HalfOpen implements Runnable {
    private static final int SECONDS = 10;
    private static final long LOOK_MILLIS = 100;
    private static final int COST = 40 * 1024; // bytes of a connection whose head is incomplete
    private static final int SHARE_OF_HEAP = 8;
    private static final int MOST = 100_000;
    private static final int FREE = 8; // one of so many places
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(100); // for a request, while threads are short

    private final Object endpoint;
    private final Collection<?> connections; // live: Tomcat's own answer is a copy, ten times a second
    private final MethodHandle processor;
    private final MethodHandle close;
    private final MethodHandle isAsync;
    private final MethodHandle isUpgrade;
    private final MethodHandle awaits;
    private final MethodHandle lastRead;
    private final Method busyThreads;
    private final Method maxThreads;
    private final List<Field> blocking = new ArrayList<>(); // whether a thread waits, to read or to write
    private final List<Field> waitedFor = new ArrayList<>(); // and at what
    private final int bound;
    private final int places;
    private Map<Object, Seen> seen = new HashMap<>(); // the thread's own, as is the next
    private Map<Object, Long> blocked = new HashMap<>(); // since when

    /** A request under way, by its processor, and since when. */
    private record Seen(Object processor, long sinceNanos) {}

    private record Silent(Object socket, long lastReadMillis) {}

    private HalfOpen(ClassLoader server, Object endpoint, long heap) throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> socket = server.loadClass("org.apache.tomcat.util.net.SocketWrapperBase");
        Class<?> polled = server.loadClass("org.apache.tomcat.util.net.NioEndpoint$NioSocketWrapper");
        Class<?> request = server.loadClass("org.apache.coyote.Processor");
        this.endpoint = endpoint;
        this.bound = bound(heap);
        this.places = connections(heap);
        Class<?> any = server.loadClass("org.apache.tomcat.util.net.AbstractEndpoint");
        this.connections = ((Map<?, ?>) field(any, "connections").get(endpoint)).values();
        this.busyThreads = any.getMethod("getCurrentThreadsBusy");
        this.maxThreads = any.getMethod("getMaxThreads");
        for (String way : List.of("read", "write")) {
            blocking.add(field(polled, way + "Blocking"));
            waitedFor.add(field(polled, way + "Lock"));
        }
        this.processor = lookup.unreflect(socket.getMethod("getCurrentProcessor"));
        this.close = lookup.unreflect(socket.getMethod("close"));
        this.isAsync = lookup.unreflect(request.getMethod("isAsync"));
        this.isUpgrade = lookup.unreflect(request.getMethod("isUpgrade"));
        this.awaits = lookup.unreflect(polled.getMethod("interestOpsHas", int.class));
        this.lastRead = lookup.unreflect(polled.getMethod("getLastRead"));
    }

    private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    /** Begins to watch the endpoint of this protocol handler. */
    static void watch(ClassLoader server, Object protocol) throws ReflectiveOperationException {
        Method endpoint = server.loadClass("org.apache.coyote.AbstractProtocol").getDeclaredMethod("getEndpoint");
        endpoint.setAccessible(true);
        Thread thread = new Thread(
                new HalfOpen(
                        server, endpoint.invoke(protocol), Runtime.getRuntime().maxMemory()),
                "parley-half-open");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many half-open requests this heap bears. */
    static int bound(long heap) {
        return (int) Math.min(MOST, heap / SHARE_OF_HEAP / COST);
    }

    /** How many connections this heap bears: most of them are upgraded or quiet, and cost half of that. */
    static int connections(long heap) {
        return (int) Math.max(200, Math.min(MOST, heap / 2 / (COST / 2)));
    }

    /** How many of these may be upgraded, unless the user says otherwise: the rest is for requests. */
    static int sockets(long heap) {
        return Math.min(20_000, connections(heap) - connections(heap) / FREE);
    }

    @Override
    public void run() {
        while (true) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                look(System.nanoTime());
            } catch (InterruptedException stopped) {
                return;
            } catch (Throwable fault) { // the next look may do better
                report(fault);
            }
        }
    }

    private static void report(Throwable fault) {
        Logger.getLogger("dev.parley.launch").log(Level.WARNING, "idle connections could not be looked at", fault);
    }

    private void look(long now) throws Throwable {
        int tooMany = connections.size() - (places - places / FREE);
        int busy = (int) busyThreads.invoke(endpoint);
        int max = (int) maxThreads.invoke(endpoint);
        boolean isShort = busy > max / 2; // before it is acted upon, because it has to be known since when
        List<Silent> silent = new ArrayList<>();
        Map<Object, Seen> half = new HashMap<>();
        Map<Object, Long> waiting = new HashMap<>();
        for (Object socket : connections) {
            if (isShort && isWaitedFor(socket)) {
                waiting.put(socket, blocked.getOrDefault(socket, now));
            }
            Object request = processor.invoke(socket);
            if (request == null) {
                if (tooMany > 0 && (boolean) awaits.invoke(socket, SelectionKey.OP_READ)) {
                    silent.add(new Silent(socket, (long) lastRead.invoke(socket)));
                }
                continue;
            }
            if ((boolean) isUpgrade.invoke(request) || (boolean) isAsync.invoke(request)) {
                continue;
            }
            Seen before = seen.get(socket);
            half.put(socket, before != null && before.processor() == request ? before : new Seen(request, now));
        }
        seen = half;
        blocked = waiting;
        freeThreads(busy, max, now);
        silent.sort(Comparator.comparingLong(Silent::lastReadMillis));
        for (Silent longest : silent.subList(0, Math.min(Math.max(0, tooMany), silent.size()))) {
            close.invoke(longest.socket());
        }
        List<Map.Entry<Object, Seen>> oldest = new ArrayList<>(half.entrySet());
        oldest.sort(Comparator.comparingLong(entry -> entry.getValue().sinceNanos() - now));
        int over = oldest.size() - bound;
        for (Map.Entry<Object, Seen> entry : oldest) {
            if (over <= 0 && now - entry.getValue().sinceNanos() < TimeUnit.SECONDS.toNanos(SECONDS)) {
                break;
            }
            over--;
            close.invoke(entry.getKey());
        }
    }

    private boolean isWaitedFor(Object socket) throws IllegalAccessException {
        for (Field way : blocking) {
            if (way.getBoolean(socket)) {
                return true;
            }
        }
        return false;
    }

    /** While threads are short, whoever has kept one waiting longest goes first. */
    private void freeThreads(int busy, int max, long now) throws Throwable {
        if (busy < max - max / 4) {
            return;
        }
        List<Map.Entry<Object, Long>> longest = new ArrayList<>(blocked.entrySet());
        longest.sort(Comparator.comparingLong(entry -> entry.getValue() - now));
        for (Map.Entry<Object, Long> entry : longest.subList(0, Math.min(busy - max / 4, longest.size()))) {
            if (now - entry.getValue() >= LONG_NANOS) {
                end(entry.getKey());
            }
        }
    }

    /** Closes it, and wakes the thread that waits for it, which would else find out at the end of a timeout. */
    private void end(Object socket) throws Throwable {
        close.invoke(socket);
        for (Field lock : waitedFor) {
            Object monitor = lock.get(socket);
            synchronized (monitor) {
                monitor.notifyAll();
            }
        }
    }
}
