package dev.parley.backplane.engine;

import dev.parley.backplane.Position;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.Slice;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Cuts connections that do not come back from a call. Drivers bound how long they wait for an answer, but not how long they
 * write: to a peer that has vanished, a batch that is larger than the socket's buffer is written for a quarter of an hour.
 */
final class Watch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Watch.class.getName());
    private static final long LOOK_MILLIS = 1_000;

    private final Set<Watched> links = ConcurrentHashMap.newKeySet();
    private final long limitNanos;
    private final Thread thread = new Thread(this::run, "parley-backplane-watch");

    /** A call may take so long. It may consist of several questions, each of which has the driver's own limit. */
    Watch(Duration limit) {
        this.limitNanos = limit.toNanos();
        thread.setDaemon(true);
        thread.setContextClassLoader(Watch.class.getClassLoader());
    }

    void start() {
        thread.start();
    }

    Link connect(Engine engine) throws LinkException {
        Watched link = new Watched(engine.connect());
        links.add(link);
        return link;
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                links.forEach(Watched::cutIfStuck);
            }
        } catch (InterruptedException stopped) {
            // as it was asked to
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /** A connection whose calls are timed. */
    private final class Watched implements Link {
        private final Link link;
        private volatile long since; // when the call began that is under way; 0 if none is

        Watched(Link link) {
            this.link = link;
        }

        void cutIfStuck() {
            long began = since;
            if (began != 0 && System.nanoTime() - began > limitNanos) {
                LOG.log(Level.WARNING, "backplane: a call does not come back, so its connection is cut");
                link.cut();
            }
        }

        private <T> T timed(Call<T> call) throws LinkException {
            since = System.nanoTime() | 1;
            try {
                return call.to(link);
            } finally {
                since = 0;
            }
        }

        @Override
        public List<Outcome> append(List<Proposal> batch) throws LinkException {
            return timed(to -> to.append(batch));
        }

        @Override
        public Map<RoomId, Position> tops(Set<RoomId> rooms) throws LinkException {
            return timed(to -> to.tops(rooms));
        }

        @Override
        public Map<RoomId, Excerpt> read(Map<RoomId, Position> after, int limit, boolean isForFollowers)
                throws LinkException {
            return timed(to -> to.read(after, limit, isForFollowers));
        }

        @Override
        public Slice readBefore(RoomId room, long seq, int limit) throws LinkException {
            return timed(to -> to.readBefore(room, seq, limit));
        }

        @Override
        public Position purge(RoomId room) throws LinkException {
            return timed(to -> to.purge(room));
        }

        @Override
        public boolean renew(String node, Duration lease) throws LinkException {
            return timed(to -> to.renew(node, lease));
        }

        @Override
        public void move(String node, List<Move> moves) throws LinkException {
            boolean unused = timed(to -> {
                to.move(node, moves);
                return true;
            });
        }

        @Override
        public Map<String, Integer> members(RoomId room) throws LinkException {
            return timed(to -> to.members(room));
        }

        @Override
        public Map<String, List<Move>> orphans() throws LinkException {
            return timed(Link::orphans);
        }

        @Override
        public void bury(String node, boolean isOurs) throws LinkException {
            boolean unused = timed(to -> {
                to.bury(node, isOurs);
                return true;
            });
        }

        @Override
        public void say(String word) throws LinkException {
            boolean unused = timed(to -> {
                to.say(word);
                return true;
            });
        }

        @Override
        public void keep(String key, String value, Duration life) throws LinkException {
            boolean unused = timed(to -> {
                to.keep(key, value, life);
                return true;
            });
        }

        @Override
        public Optional<String> take(String key) throws LinkException {
            return timed(to -> to.take(key));
        }

        @Override
        public void tend() throws LinkException {
            boolean unused = timed(to -> {
                to.tend();
                return true;
            });
        }

        @Override
        public void cut() {
            link.cut();
        }

        @Override
        public void close() {
            links.remove(this);
            link.close();
        }
    }

    /** Something that a connection is asked. */
    private interface Call<T> {
        T to(Link link) throws LinkException;
    }
}
