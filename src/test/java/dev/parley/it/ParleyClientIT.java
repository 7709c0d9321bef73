package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.client.Credential;
import dev.parley.client.JoinOptions;
import dev.parley.client.Message;
import dev.parley.client.ParleyClient;
import dev.parley.client.ParleyClient.State;
import dev.parley.client.ParleyClientException;
import dev.parley.client.Position;
import dev.parley.client.Room;
import dev.parley.it.harness.ParleyWar;
import dev.parley.it.wire.Site;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Java client with a real server, over the JDK's WebSockets. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Timeout(120)
final class ParleyClientIT {
    private final List<ParleyClient> clients = new ArrayList<>();

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("client");
    }

    @AfterEach
    void close() {
        clients.forEach(ParleyClient::close);
    }

    private ParleyClient client(String user, Site site) {
        URI uri = URI.create("http://" + site.authority() + site.contextPath() + "/rooms");
        ParleyClient client = ParleyClient.connect(uri, Credential.token(user));
        clients.add(client);
        return client;
    }

    private ParleyClient client(String user) {
        return client(user, Site.at(base));
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    @Test
    void everybodyHearsEachMessageOnceInOneOrder() throws Exception {
        ConcurrentLinkedQueue<Message> ann = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Message> bob = new ConcurrentLinkedQueue<>();
        Room hers = client("ann").join("order").onMessage(ann::add);
        Room his = client("bob").join("order").onMessage(bob::add);
        await().until(() ->
                hers.state().name() == Room.State.Name.JOINED && his.state().name() == Room.State.Name.JOINED);
        List<CompletableFuture<Room.Ack>> acks = IntStream.range(0, 40)
                .mapToObj(i -> (i % 2 == 0 ? hers : his).send(Map.of("n", i)))
                .toList();
        for (CompletableFuture<Room.Ack> ack : acks) {
            assertThat(done(ack).isDuplicate()).isFalse();
        }
        await().until(() -> ann.size() == 40 && bob.size() == 40);
        assertThat(ann)
                .extracting(message -> message.position().seq())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 40).mapToObj(Long::valueOf).toList());
        assertThat(bob)
                .extracting(Message::position)
                .containsExactlyElementsOf(ann.stream().map(Message::position).toList());
        assertThat(bob)
                .filteredOn(Message::isOwn)
                .hasSize(20)
                .allSatisfy(message -> assertThat(message.user()).isEqualTo("bob"));
        assertThat(ann)
                .filteredOn(message -> message.user().equals("ann"))
                .<Object>extracting(message -> message.data().as(Map.class).get("n"))
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> 2L * i).toList());

        Room.History past = done(hers.history(11, 4));
        assertThat(past.messages())
                .extracting(message -> message.position().seq())
                .containsExactly(7L, 8L, 9L, 10L);
        assertThat(past.hasMore()).isTrue();
    }

    @Test
    void lostConnectionIsTakenUpWhereItBroke() throws Exception {
        try (Relay relay = Relay.to(base.toURI())) {
            ConcurrentLinkedQueue<Message> heard = new ConcurrentLinkedQueue<>();
            Room far = client(
                            "carol",
                            new Site(
                                    "127.0.0.1",
                                    relay.address().getPort(),
                                    Site.at(base).contextPath()))
                    .join("broken")
                    .onMessage(heard::add);
            Room near = client("dan").join("broken");
            await().until(() -> far.state().name() == Room.State.Name.JOINED);
            done(near.send("one"));
            await().until(() -> heard.size() == 1);
            relay.cut();
            await().until(() -> far.state().name() == Room.State.Name.WAITING);
            done(near.send("two"));
            CompletableFuture<Room.Ack> unsent = far.send("three");
            relay.restore();
            assertThat(done(unsent).position().seq()).isEqualTo(3);
            await().until(() -> heard.size() == 3);
            assertThat(heard)
                    .<Object>extracting(message -> message.data().as(String.class))
                    .containsExactly("one", "two", "three");
            assertThat(far.state().resume()).isEqualTo("ok");
        }
    }

    @Test
    void programGoesOnWhereItStopped() throws Exception {
        Room writer = client("eve").join("kept");
        Position stopped = done(writer.send("had")).position();
        done(writer.send("missed"));
        ConcurrentLinkedQueue<Object> heard = new ConcurrentLinkedQueue<>();
        client("finn")
                .join("kept", JoinOptions.none().since(stopped))
                .onMessage(message -> heard.add(message.data().as(String.class)));
        await().until(() -> heard.size() == 1);
        assertThat(heard).containsExactly("missed");
    }

    @Test
    void presenceIsTold() {
        ConcurrentLinkedQueue<Room.Presence> told = new ConcurrentLinkedQueue<>();
        Room room = client("gil").join("present", JoinOptions.none().presence()).onPresence(told::add);
        await().until(() -> room.members().containsKey("gil"));
        ParleyClient guest = client("hal");
        guest.join("present");
        await().until(() -> room.members().containsKey("hal"));
        guest.close();
        await().atMost(Duration.ofSeconds(20)) // who has gone may come back for ten
                .until(() -> !room.members().containsKey("hal"));
        assertThat(told).anySatisfy(presence -> assertThat(presence.joined()).contains("hal"));
        assertThat(told).anySatisfy(presence -> assertThat(presence.left()).contains("hal"));
    }

    @Test
    void roomThatIsNoneRefuses() {
        Room room = client("ida").join("No Room");
        assertThatThrownBy(() -> done(room.send("x")))
                .hasCauseInstanceOf(ParleyClientException.class)
                .satisfies(failure -> assertThat(((ParleyClientException) failure.getCause()).code())
                        .isEqualTo("bad-room"));
        assertThat(room.state().name()).isEqualTo(Room.State.Name.REFUSED);
    }

    @Test
    void listenerMayWaitForAnAnswer() throws Exception {
        CompletableFuture<Room.Ack> answered = new CompletableFuture<>();
        ParleyClient client = client("jan");
        Room room = client.join("echo");
        room.onMessage(message -> {
            if (message.data().as(String.class).equals("ping")) {
                answered.complete(room.send("pong").join());
            }
        });
        done(room.send("ping"));
        assertThat(done(answered).position().seq()).isEqualTo(2);
        assertThat(client.user()).isEqualTo("jan");
        client.close();
        await().until(() -> client.state().name() == State.Name.CLOSED);
    }
}
