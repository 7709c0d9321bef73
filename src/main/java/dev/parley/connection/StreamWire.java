package dev.parley.connection;

import dev.parley.node.Threads;
import dev.parley.protocol.CloseCode;
import dev.parley.protocol.CloseStatus;
import dev.parley.protocol.Mark;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The wire over the answer to an HTTP request that never ends: an event stream. A text is an event of its type; a ping is a comment.
 *
 * <p>No thread waits for the peer: it is written to only while the server says that it is ready, by the sender's thread or, once the
 * peer takes more, by the server's. Whoever finds the loop idle runs it, as in the {@link Outbox}; so one thread at a time touches the
 * server's stream. Nothing arrives here, so what has left is the sign that the peer is there.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, server-sent events</a>
 */
final class StreamWire implements Wire, WriteListener, AsyncListener {
    private static final Logger LOG = System.getLogger(StreamWire.class.getName());

    /** Few, because the first of them waits for the last. */
    private static final int BATCH = 64;

    /** How long the last event may take. */
    private static final long FAREWELL_MILLIS = 2_000;

    private final StreamRequest request;
    private final ServletOutputStream out;
    private final StreamEvents events;
    private final AtomicReference<@Nullable Job> job = new AtomicReference<>();
    private final AtomicInteger wanted = new AtomicInteger();
    private final Unread unread;
    private volatile Unread.@Nullable Place place; // once it is to end and is not read
    private volatile @Nullable Connection connection;
    private volatile boolean isOpen; // the server has called for the first time
    private volatile boolean isClosing;
    private volatile boolean isOver;
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
        this.request = new StreamRequest(context, this::leave);
        this.unread = unread;
        this.out = context.getResponse().getOutputStream();
        this.events = new StreamEvents(places);
    }

    /** Has the server call, of which {@code above} is told. */
    void begin(Connection above) {
        connection = above;
        request.listen(this);
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
        start(new Job(List.of(StreamEvents.COMMENT).iterator(), completion));
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
        boolean isThere = request.enter();
        try {
            if (!isThere) {
                throw new EOFException("the stream has ended");
            }
            isWritten = offer(current);
        } catch (Throwable broken) {
            failure = broken;
        } finally {
            request.exit();
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
                out.write(StreamEvents.opening());
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
            request.complete(); // it has been read after all
        }
    }

    private byte[] render(Outgoing message) {
        String type = message.cue().type();
        byte[] event = events.of(message);
        Connection above = connection;
        if (above != null && (type.equals("gap") || type.equals("error"))) {
            above.close(CloseCode.OVERLOADED); // it cannot ask again but by coming again
        }
        return event;
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
            request.complete();
        } else {
            // What it holds is counted nowhere any more.
            job.compareAndSet(stuck, new Job(Collections.emptyIterator(), stuck.completion));
            place = unread.end(request::cut);
            if (isOver) { // meanwhile
                leave();
            }
        }
    }

    /** False if it does not leave, because the peer does not read. */
    private boolean sayBye(CloseStatus code) throws InterruptedException {
        CountDownLatch said = new CountDownLatch(1);
        Job last = new Job(events.farewell(code).iterator(), failure -> said.countDown());
        if (!job.compareAndSet(null, last)) {
            return false;
        }
        advance();
        return said.await(FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
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
        request.complete();
    }

    @Override
    public void onError(Throwable failure) {
        request.awaitNobody();
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
        request.awaitNobody();
        lost();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        request.awaitNobody();
        request.completed();
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
