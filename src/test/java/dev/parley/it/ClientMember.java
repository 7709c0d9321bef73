package dev.parley.it;

import dev.parley.client.Credential;
import dev.parley.client.Message;
import dev.parley.client.ParleyClient;
import dev.parley.client.ParleyClient.Options;
import dev.parley.client.Room;
import dev.parley.client.Transport;
import dev.parley.it.wire.Site;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One who has the Java client. Thread-safe. */
final class ClientMember implements SoakMember {
    private final Supplier<Site> sites;
    private final Options options;
    private final SoakBook book;
    private final String user;
    private final String name;
    private final AtomicInteger unacknowledged = new AtomicInteger();

    private volatile boolean isOver;
    private volatile @Nullable ParleyClient client;
    private volatile @Nullable Line line;
    private volatile @Nullable Room room;
    private volatile long next = 1; // the seq that must come next: it is in before anybody says anything

    ClientMember(Supplier<Site> sites, Options options, SoakBook book, String user, String name) {
        this.sites = sites;
        this.options = options.transport(open(sites, options.transport()));
        this.book = book;
        this.user = user;
        this.name = name;
    }

    /** Each time to any of the sites. */
    private Transport open(Supplier<Site> to, Transport real) {
        return (uri, subprotocol, listener) -> {
            Line opened = new Line(listener);
            opened.connection = real.open(address(to.get()), subprotocol, opened);
            line = opened;
            return opened.connection;
        };
    }

    private static URI address(Site site) {
        return URI.create("ws://" + site.authority() + site.contextPath() + "/rooms");
    }

    @Override
    public String room() {
        return name;
    }

    @Override
    public void close() {
        isOver = true;
        ParleyClient connected = client;
        if (connected != null) {
            connected.close();
        }
    }

    @Override
    public void connect() {
        ParleyClient client = ParleyClient.connect(address(sites.get()), Credential.token(user), options);
        this.client = client;
        client.onError(error -> book.wrong(user + " was told " + error));
        client.onState(state -> {
            if (state.name() == ParleyClient.State.Name.CLOSED && !isOver) {
                book.wrong(user + " was closed with " + state.code() + " " + state.reason());
            }
        });
        room = client.join(name)
                .onState(this::changed)
                .onGap(gap -> book.wrong(user + " lost what it missed: " + gap))
                .onMessage(this::heard);
    }

    private void changed(Room.State state) {
        if (state.name() == Room.State.Name.REFUSED) {
            book.wrong(user + " was refused: " + state.error());
        } else if (state.name() == Room.State.Name.JOINED && state.resume().equals("ok")) {
            book.count("resumed ok");
            book.add("replayed", state.replayed());
        }
    }

    private void heard(Message message) {
        long seq = message.position().seq();
        if (seq != next) {
            book.wrong(user + " in " + name + " expected " + next + " and was told " + seq);
        }
        next = seq + 1;
        book.delivered(name, seq, message.data().as(String.class));
    }

    @Override
    public void drop(long awayMillis) {
        Line current = line;
        if (current != null && current.isOpen) {
            line = null;
            book.count("dropped");
            current.cut();
        }
    }

    @Override
    public void send(String key) {
        unacknowledged.incrementAndGet();
        CompletableFuture<?> unused = room.send(key, key).whenComplete((ack, failure) -> {
            if (failure != null) {
                book.wrong(user + " could not say " + key + ": " + failure);
            } else {
                book.acknowledged(name, ack.position().seq(), key);
                book.count(ack.isDuplicate() ? "acknowledged as known" : "acknowledged as new");
            }
            unacknowledged.decrementAndGet();
        });
    }

    @Override
    public boolean isUpTo(long top) {
        Room current = room;
        return current != null
                && current.state().name() == Room.State.Name.JOINED
                && unacknowledged.get() == 0
                && next == top + 1;
    }

    @Override
    public String toString() {
        return user + " in " + name + " next=" + next + " unacknowledged=" + unacknowledged + " " + room.state();
    }

    /** Between the client and its WebSocket, to be cut. */
    private static final class Line implements Transport.Listener {
        private final Transport.Listener listener;
        private Transport.Connection connection; // set at once
        private volatile boolean isOpen;
        private volatile boolean isCut;

        Line(Transport.Listener listener) {
            this.listener = listener;
        }

        /** The client hears nothing more, whatever is on its way, and the server has no warning. */
        void cut() {
            isCut = true;
            connection.close();
            listener.closed(1006, "cut");
        }

        @Override
        public void opened() {
            isOpen = true;
            listener.opened();
        }

        @Override
        public void text(String text) {
            if (!isCut) {
                listener.text(text);
            }
        }

        @Override
        public void closed(int code, String reason) {
            if (!isCut) {
                listener.closed(code, reason);
            }
        }

        @Override
        public void refused(int status) {
            listener.refused(status);
        }
    }
}
