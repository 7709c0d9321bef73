package dev.parley.connection;

import dev.parley.node.Threads;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.CloseStatus;
import dev.parley.protocol.Cue;
import dev.parley.protocol.EventId;
import dev.parley.protocol.Mark;
import dev.parley.protocol.Outbound;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The wire over the answer to an HTTP request that never ends: an event stream. A text is an event of its type; a ping is a comment.
 *
 * <p>No thread waits for the peer: it is written to only while the server says that it is ready, by the sender's thread or, once the
 * peer takes more, by the server's. Whoever finds the loop idle runs it, as in the {@link Outbox}; so one thread at a time touches the
 * server's stream. Nothing arrives here, so what has left is the sign that the peer is there.
 *
 * <p>A server that is told of a failure gives the request's objects to the next request as soon as our listeners have returned, though
 * the thread whose write has failed may still be on its way out of them (Tomcat 11: {@code AbstractProcessor#setErrorState} has another
 * thread begin before {@code OutputBuffer#realWriteBytes} notes the failure, which the next visitor's answer then has). So the listeners
 * wait until nobody is in the server's code.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, server-sent events</a>
 */
final class StreamWire implements Wire, WriteListener, AsyncListener {
    private static final Logger LOG = System.getLogger(StreamWire.class.getName());

    /** Few, because the first of them waits for the last. */
    private static final int BATCH = 64;

    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final int EARLIEST_RETURN_MILLIS = 1_000;
    private static final int LATEST_RETURN_MILLIS = 3_000;

    /** How long the last event may take. */
    private static final long FAREWELL_MILLIS = 2_000;

    /** How long a server's thread waits for one of ours to come out of its code, which does not block there. */
    private static final long COMING_OUT_MILLIS = 5_000;

    private final AsyncContext context;
    private final ServletOutputStream out;
    private final Map<String, Mark> places; // the loop's
    private final AtomicReference<@Nullable Job> job = new AtomicReference<>();
    private final AtomicInteger wanted = new AtomicInteger();
    private final ReentrantLock inServer = new ReentrantLock();
    private final Unread unread;
    private volatile Unread.@Nullable Place place; // once it is to end and is not read
    private volatile @Nullable Connection connection;
    private volatile boolean isOpen; // the server has called for the first time
    private volatile boolean isClosing;
    private volatile boolean isOver;
    private volatile boolean hasSaidBye;
    private volatile boolean isComplete; // set with the lock held, or by the server
    private boolean hasBegun; // the loop's

    /** What is to be written; rendered one by one, because the server keeps what does not leave at once. */
    private static final class Job {
        private final Iterator<byte[]> events;
        private final Completion completion;
        private boolean isFlushed;

        Job(Iterator<byte[]> events, Completion completion) {
            this.events = events;
            this.completion = completion;
        }
    }

    StreamWire(AsyncContext context, Map<String, Mark> places, Unread unread) throws IOException {
        this.context = context;
        this.unread = unread;
        this.out = context.getResponse().getOutputStream();
        this.places = new LinkedHashMap<>(places);
    }

    /** Has the server call, of which {@code above} is told. */
    void begin(Connection above) {
        connection = above;
        context.addListener(this);
        out.setWriteListener(this);
    }

    @Override
    public int batch() {
        return BATCH;
    }

    /** A stream has what stands in logs, each with its place; a signal has none. */
    @Override
    public boolean takesSignals() {
        return false;
    }

    @Override
    public void send(List<Outgoing> messages, Completion completion) {
        start(new Job(messages.stream().map(this::render).iterator(), completion));
    }

    @Override
    public void ping(Completion completion) {
        start(new Job(List.of(COMMENT).iterator(), completion));
    }

    private void start(Job next) {
        if (isClosing || !job.compareAndSet(null, next)) {
            next.completion.completed(new EOFException("the stream is being ended"));
            return;
        }
        advance();
    }

    @Override
    public void onWritePossible() {
        isOpen = true;
        advance();
    }

    private void advance() {
        if (wanted.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            try {
                write();
            } catch (Throwable fault) { // or nobody would ever go on
                Threads.report("a stream is ended", fault);
                lost();
            }
            seen = wanted.addAndGet(-seen);
        } while (seen != 0);
    }

    /** As much as the server takes; it calls again when it takes more. */
    private void write() {
        Job current = job.get();
        if (current == null || !isOpen) {
            return;
        }
        boolean isWritten = false;
        Throwable failure = null;
        inServer.lock();
        try {
            if (isComplete) {
                throw new EOFException("the stream has ended");
            }
            isWritten = offer(current);
        } catch (Throwable broken) {
            failure = broken;
        } finally {
            inServer.unlock();
        }
        if (isWritten || failure != null) {
            done(current, failure);
        }
        if (failure != null) {
            lost();
        }
    }

    /** True if all of it is with the server. */
    private boolean offer(Job current) throws IOException {
        while (out.isReady()) {
            if (!hasBegun) {
                hasBegun = true;
                out.write(retry(EARLIEST_RETURN_MILLIS, LATEST_RETURN_MILLIS)
                        .concat("\n")
                        .getBytes(StandardCharsets.US_ASCII));
            } else if (current.events.hasNext()) {
                out.write(current.events.next());
            } else if (!current.isFlushed) {
                current.isFlushed = true;
                out.flush();
            } else {
                return true;
            }
        }
        return false;
    }

    private void done(Job current, @Nullable Throwable failure) {
        if (!job.compareAndSet(current, null)) {
            return; // the server has said meanwhile that it failed
        }
        Connection above = connection;
        if (failure == null && above != null) {
            above.seen();
        }
        current.completion.completed(failure);
        if (isClosing) {
            complete(); // it has been read after all
        }
    }

    private byte[] render(Outgoing message) {
        Cue cue = message.cue();
        if (cue.type().equals("ping")) {
            return COMMENT;
        }
        StringBuilder head = new StringBuilder(256);
        if (cue.type().equals("bye")) {
            hasSaidBye = true;
            Outbound.Bye.range(message.text()).ifPresent(after -> head.append(retry(after.get(0), after.get(1))));
        }
        if (cue.move(places)) {
            head.append("id: ").append(EventId.of(places)).append('\n');
        }
        head.append("event: ").append(cue.type()).append("\ndata: ");
        Connection above = connection;
        if (above != null && (cue.type().equals("gap") || cue.type().equals("error"))) {
            above.close(CloseCode.OVERLOADED); // it cannot ask again but by coming again
        }
        return event(head, message.utf8());
    }

    /** What somebody has sent may have line breaks between its tokens; JSON has them nowhere else. */
    private static byte[] event(CharSequence head, byte[] data) {
        byte[] first = head.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] event = new byte[first.length + data.length + 2];
        System.arraycopy(first, 0, event, 0, first.length);
        for (int i = 0; i < data.length; i++) {
            event[first.length + i] = data[i] == '\n' || data[i] == '\r' ? (byte) ' ' : data[i];
        }
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }

    /** Each at a time of its own, so that those who were here do not all come back at once. */
    private static String retry(int earliest, int latest) {
        return "retry: " + ThreadLocalRandom.current().nextInt(earliest, Math.max(earliest, latest) + 1) + "\n";
    }

    @Override
    public void close(CloseStatus code) throws IOException {
        boolean isSaid = false;
        try {
            isSaid = sayBye(code);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        isClosing = true;
        Job stuck = job.get();
        if (isSaid || stuck == null) {
            complete();
        } else {
            // What it holds is counted nowhere any more.
            job.compareAndSet(stuck, new Job(Collections.emptyIterator(), stuck.completion));
            place = unread.end(this::cut);
            if (isOver) { // meanwhile
                leave();
            }
        }
    }

    /** False if it does not leave, because the peer does not read. */
    private boolean sayBye(CloseStatus code) throws InterruptedException {
        CountDownLatch said = new CountDownLatch(1);
        byte[] bye = event("event: bye\ndata: ", Outbound.Bye.text(code).getBytes(StandardCharsets.UTF_8));
        Job last = new Job((hasSaidBye ? List.<byte[]>of() : List.of(bye)).iterator(), failure -> said.countDown());
        if (!job.compareAndSet(null, last)) {
            return false;
        }
        advance();
        return said.await(FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void complete() {
        end(context::complete);
    }

    /**
     * Ends a stream that nobody reads. Tomcat would have a thread wait until its last write times out ({@code OutputBuffer#close} in
     * {@code CoyoteAdapter#asyncDispatch}); so its connection is closed there, whereupon it tells of an error.
     */
    private void cut() {
        end(() -> {
            try {
                TomcatRequest.act(context.getRequest(), "CLOSE_NOW");
            } catch (ReflectiveOperationException | RuntimeException another) {
                context.complete();
            }
        });
    }

    /** Once, and not while the server has given the request to somebody else. */
    private void end(Runnable how) {
        if (isComplete) {
            return;
        }
        inServer.lock();
        try {
            if (!isComplete) {
                isComplete = true;
                how.run();
            }
        } catch (Throwable already) { // by the server
            LOG.log(Level.DEBUG, () -> "a stream could not be completed: " + already);
            leave();
        } finally {
            inServer.unlock();
        }
    }

    /** To be called first wherever the server tells that it has ended: see above. */
    private void awaitNobodyInServer() {
        try {
            if (inServer.tryLock(COMING_OUT_MILLIS, TimeUnit.MILLISECONDS)) {
                inServer.unlock();
            } else {
                LOG.log(Level.WARNING, "a stream ends while it is written to");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void leave() {
        isOver = true;
        Unread.Place taken = place;
        if (taken != null) {
            taken.leave();
        }
    }

    /** The peer has gone, or the server says so. */
    private void lost() {
        isClosing = true;
        Connection above = connection;
        if (above != null) {
            above.gone();
        }
        complete();
    }

    @Override
    public void onError(Throwable failure) {
        awaitNobodyInServer();
        LOG.log(Level.DEBUG, () -> "a stream failed: " + failure);
        isClosing = true;
        Job current = job.get();
        if (current != null) {
            done(current, failure);
        }
        lost();
    }

    @Override
    public void onError(AsyncEvent event) {
        awaitNobodyInServer();
        lost();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        awaitNobodyInServer();
        isComplete = true;
        leave();
        lost();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        lost(); // there is none, but some servers have one of their own
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // nobody does
    }
}
