package dev.parley.handshake;

import dev.parley.connection.TomcatRequest;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * What becomes of a request's body that nobody has read. Tomcat and Undertow wait for the rest of it on the thread that answered,
 * for as long as a byte comes now and then, so a few such requests would hold all their threads ({@code IdentityInputFilter#end},
 * {@code ChunkedInputFilter#end} of Tomcat 10.1 and 11; {@code ServletInputStreamImpl#close} of Undertow 2.3). Here the answer is
 * completed and the connection closed instead, unless the body is there already. Other servers wait without a thread.
 */
final class UnreadBody {
    private static final Logger LOG = System.getLogger(UnreadBody.class.getName());
    private static final int MOST = 64 * 1024; // that is passed over

    private UnreadBody() {}

    /** Whether a server does so, by the class of its WebSocket container. */
    static boolean holdsThreadsOn(String server) {
        return server.startsWith("org.apache.tomcat.") || server.startsWith("io.undertow.");
    }

    static boolean isThere(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    /**
     * An answer that says with a refusal of a body that has not been read that the connection ends, because it is too late to say so when
     * it has been made: or else a client would send its next request on it.
     */
    static HttpServletResponse announced(HttpServletRequest request, HttpServletResponse response) {
        return new HttpServletResponseWrapper(response) {
            @Override
            public void setStatus(int status) {
                super.setStatus(status);
                announce(status);
            }

            @Override
            public void sendError(int status) throws IOException {
                announce(status);
                super.sendError(status);
            }

            @Override
            public void sendError(int status, String message) throws IOException {
                announce(status);
                super.sendError(status, message);
            }

            private void announce(int status) {
                if (status >= SC_BAD_REQUEST && !isRead(request)) {
                    setHeader("Connection", "close");
                }
            }
        };
    }

    private static boolean isRead(HttpServletRequest request) {
        try {
            return request.getInputStream().isFinished();
        } catch (IOException | IllegalStateException over) { // somebody reads it
            return true;
        }
    }

    /** To be called when the answer has been made. */
    static void drop(HttpServletRequest request, HttpServletResponse response) {
        if (request.isAsyncStarted()) {
            return;
        }
        try {
            ServletInputStream body = request.getInputStream();
            if (!(request.getContentLengthLong() > 0 ? isPassedOver(body) : body.isFinished())) {
                if (!response.isCommitted()) {
                    response.setHeader("Connection", "close");
                }
                complete(response);
                doNotWait(request);
            }
        } catch (IOException | IllegalStateException over) { // the client has gone, or somebody else reads
            LOG.log(Level.DEBUG, "a body was left unread: {0}", over);
        }
    }

    /** Whether all of it had arrived. Waits for nothing; of chunks it would, for the rest of one. */
    private static boolean isPassedOver(ServletInputStream body) throws IOException {
        byte[] some = new byte[4096];
        for (int passed = 0; !body.isFinished() && passed < MOST; ) {
            int there = body.available();
            if (there <= 0) {
                return false;
            }
            passed += Math.max(0, body.read(some, 0, Math.min(some.length, there)));
        }
        return body.isFinished();
    }

    private static void complete(HttpServletResponse response) throws IOException {
        try {
            response.getOutputStream().close();
        } catch (IllegalStateException writes) {
            response.getWriter().close();
        }
    }

    private static void doNotWait(ServletRequest request) {
        Object inner = TomcatRequest.unwrapped(request);
        try {
            if (inner.getClass().getName().startsWith("io.undertow.")) {
                Object exchange = inner.getClass().getMethod("getExchange").invoke(inner);
                ((Closeable) exchange.getClass().getMethod("getConnection").invoke(exchange)).close();
                return;
            }
            TomcatRequest.act(request, "DISABLE_SWALLOW_INPUT"); // it closes the connection after the answer
        } catch (ReflectiveOperationException | RuntimeException | IOException another) {
            LOG.log(Level.DEBUG, "this server waits for bodies that nobody reads: {0}", another);
        }
    }
}
