package dev.parley.handshake;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An upgrade to Tyrus, during which nothing is read from the peer before Tyrus can take it.
 *
 * <p>Tyrus's own handler asks for what the peer sends before it has made its connection ({@code TyrusHttpUpgradeHandler#init} of
 * Tyrus 2.1 and 2.2). Where something is there already, because it came in the segment of the handshake, the container tells of it
 * at once, and in the same thread the handler waits for itself, for ever: every such client takes a thread of the server away.
 * Where the peer has gone already, the handler fails at the connection that is not there yet, and no endpoint ever hears that the
 * peer has left. Here the container is asked after that handler is ready.
 *
 * <p>Made by the container, for each connection, hence public. For one thread at a time, as containers call it.
 */
public final class TyrusUpgrade implements HttpUpgradeHandler {
    private @Nullable HttpUpgradeHandler theirs;

    void leadTo(HttpUpgradeHandler handler) {
        theirs = handler;
    }

    @Override
    public void init(WebConnection connection) {
        HttpUpgradeHandler handler = theirs;
        if (handler == null) {
            throw new IllegalStateException("the upgrade leads nowhere");
        }
        try {
            LateInput input = new LateInput(connection.getInputStream());
            handler.init(
                    new LateConnection(connection, input, Thread.currentThread().getId(), System.nanoTime()));
            input.begin();
        } catch (IOException gone) {
            throw new IllegalStateException("the connection of the upgrade is gone", gone);
        }
    }

    @Override
    public void destroy() {
        HttpUpgradeHandler handler = theirs;
        theirs = null; // Grizzly's threads keep the requests that they have served, and those keep this
        if (handler != null) {
            handler.destroy();
        }
    }

    /** @param began when the upgrade began, by {@link System#nanoTime}, in the thread of that number */
    private record LateConnection(WebConnection connection, LateInput input, long thread, long began)
            implements WebConnection {
        private static final long SETTLING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

        @Override
        public ServletInputStream getInputStream() {
            return input;
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            return connection.getOutputStream();
        }

        @Override
        public void close() throws IOException {
            settle();
            try {
                connection.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException("the connection did not close", e);
            }
        }

        /**
         * Waits while the request may still be on its way out of the container, which otherwise takes it for one that is no upgrade
         * (Payara's {@code WebConnectionImpl#close} resets that mark) and leaves the connection open for the next request.
         */
        private void settle() {
            for (long left = left(); left > 0 && Thread.currentThread().getId() != thread; left = left()) {
                LockSupport.parkNanos(left);
                if (Thread.currentThread().isInterrupted()) {
                    return; // the application ends
                }
            }
        }

        private long left() {
            return SETTLING_NANOS - (System.nanoTime() - began);
        }
    }

    /** What the peer sends; its listener is told of it from {@link #begin} on. */
    private static final class LateInput extends ServletInputStream {
        private final ServletInputStream input;
        private @Nullable ReadListener waiting;

        LateInput(ServletInputStream input) {
            this.input = input;
        }

        void begin() {
            ReadListener listener = waiting;
            if (listener != null) {
                input.setReadListener(listener);
            }
        }

        @Override
        public void setReadListener(ReadListener listener) {
            waiting = listener;
        }

        @Override
        public boolean isFinished() {
            return input.isFinished();
        }

        @Override
        public boolean isReady() {
            return input.isReady();
        }

        @Override
        public int available() throws IOException {
            return input.available();
        }

        @Override
        public int read() throws IOException {
            return input.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return input.read(into, offset, length);
        }

        @Override
        public void close() throws IOException {
            input.close();
        }
    }
}
