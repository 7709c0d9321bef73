package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import dev.parley.it.Lobby.Member;
import dev.parley.it.harness.KnownDifference;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.RawWebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said at {@code /ws/{client_id}}, under whichever context path the subclass deploys to. */
abstract class ChatContract extends LobbyContract {
    @Test
    void senderHearsItsOwnWordsFirstAndThenLikeEverybody() {
        Member alice = lobby().join();
        Member bob = lobby().join();
        alice.says("hi");
        alice.hears("You wrote: hi", "Client #" + alice.id() + " says: hi");
        bob.hears("Client #" + alice.id() + " says: hi");
        bob.says("");
        bob.hears("You wrote: ", "Client #" + bob.id() + " says: ");
        alice.hears("Client #" + bob.id() + " says: ");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.parley.it.EchoContract#messages")
    void wordsAreUntouched(String title, String text) {
        Member alice = lobby().join();
        Member bob = lobby().join();
        alice.saysAndHears(text);
        bob.hears(alice.said(text));
    }

    @Test
    void largestMessageReachesEverybody() {
        Member alice = lobby().join();
        Member bob = lobby().join();
        alice.saysAndHears("x".repeat(1024 * 1024));
        assertThat(bob.socket().receiveText().length()).isEqualTo(alice.said("").length() + 1024 * 1024);
    }

    @Test
    void joiningIsSilentAndShowsNothingOfThePast() {
        Member alice = lobby().join();
        alice.saysAndHears("before bob");
        Member bob = lobby().join();
        alice.saysAndHears("after bob");
        bob.hears(alice.said("after bob"));
    }

    @Test
    void whoHasItsAnswerMissesNothingThatIsSaidRightThen() {
        Member alice = lobby().join();
        for (int i = 0; i < 80; i++) {
            String id = Lobby.newId();
            Member newcomer = lobby().expect(id, site().open("/ws/" + id));
            alice.says("round " + i);
            newcomer.hears(alice.said("round " + i));
            alice.hears(alice.wrote("round " + i), alice.said("round " + i));
        }
    }

    @Test
    void fiftyPipelinedMessagesAlternateStrictly() {
        Member alice = lobby().join();
        Member bob = lobby().join();
        List<String> numbers =
                IntStream.range(0, 50).mapToObj(Integer::toString).toList();
        alice.says(numbers.toArray(String[]::new));
        alice.hears(numbers.stream()
                .flatMap(number -> Stream.of(alice.wrote(number), alice.said(number)))
                .toArray(String[]::new));
        bob.hears(numbers.stream().map(alice::said).toArray(String[]::new));
    }

    @Test
    void allReceiversSeeOneOrderOfFourConcurrentSenders() throws Exception {
        int each = 100;
        List<Member> senders = Stream.generate(lobby()::join).limit(4).toList();
        List<Member> listeners = Stream.generate(lobby()::join).limit(3).toList();
        List<List<String>> heardBySenders = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(senders.size());
        try {
            List<Future<List<String>>> talks = senders.stream()
                    .map(sender -> threads.submit(() -> talk(sender, each, each * (senders.size() + 1))))
                    .toList();
            for (Future<List<String>> talk : talks) {
                heardBySenders.add(talk.get(60, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
        List<String> order = listeners.get(0).socket().receiveTexts(each * senders.size());
        for (Member listener : listeners.subList(1, listeners.size())) {
            assertThat(listener.socket().receiveTexts(order.size())).isEqualTo(order);
        }
        List<String> numbers =
                IntStream.range(0, each).mapToObj(Integer::toString).toList();
        for (int i = 0; i < senders.size(); i++) {
            Member sender = senders.get(i);
            List<String> heard = heardBySenders.get(i);
            List<String> said = numbers.stream().map(sender::said).toList();
            List<String> wrote = numbers.stream().map(sender::wrote).toList();
            assertThat(order).containsSubsequence(said);
            assertThat(heard).filteredOn(text -> text.startsWith("Client #")).isEqualTo(order);
            assertThat(heard).filteredOn(text -> !text.startsWith("Client #")).isEqualTo(wrote);
            for (String number : numbers) {
                assertThat(heard).containsSubsequence(sender.wrote(number), sender.said(number));
            }
        }
    }

    /** Says so many numbers, hearing a little meanwhile, and returns all it has heard up to the expected count. */
    private static List<String> talk(Member member, int messages, int expected) {
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            member.says(Integer.toString(i));
            heard.add(member.socket().receiveText());
        }
        heard.addAll(member.socket().receiveTexts(expected - heard.size()));
        return heard;
    }

    @Test
    void wordsInTheSegmentOfTheHandshakeAreHeard() {
        Member alice = lobby().join();
        String id = Lobby.newId();
        Member eager = lobby().expect(
                        id,
                        RawWebSocket.openPipelined(
                                site().upgrade("/ws/" + id), Frame.text("hasty"), Frame.close(1000)));
        if (KnownDifference.EARLY_FRAMES_LOST.isOf(server())) {
            eager.saysAndHears("late");
            alice.hears(eager.said("late"));
            return;
        }
        List<String> answers = List.of(eager.wrote("hasty"), eager.said("hasty"));
        boolean mayOvertake = KnownDifference.CONTROL_FRAMES_OVERTAKE.isOf(server());
        assertThat(eager.socket().receiveCloseBehind(answers, mayOvertake)).isEqualTo(new Close(1000, ""));
        alice.hears(eager.said("hasty"), eager.left());
    }

    /** The path segment, and the id that the others see. */
    static Stream<Arguments> clientIds() {
        return Stream.of(
                of("0", "0"),
                of("007", "7"),
                of("+5", "5"),
                of("%2B5", "5"),
                of("-5", "-5"),
                of("-0", "0"),
                of("%35", "5"),
                of("1700000000000", "1700000000000"),
                of("123456789012345678901234567890", "123456789012345678901234567890"),
                of("9".repeat(4300), "9".repeat(4300)),
                of("-" + "9".repeat(4300), "-" + "9".repeat(4300)),
                of("5?client_id=666", "5"),
                of("5?client_id=666&client_id=667", "5"),
                of("5?q=bar&token=", "5"));
    }

    @ParameterizedTest
    @MethodSource("clientIds")
    void clientIdIsPrintedCanonicallyAndComesFromThePathAlone(String segment, String id) {
        Member alice = lobby().join();
        Member named = lobby().expect(id, site().open("/ws/" + segment));
        named.saysAndHears("x");
        alice.hears("Client #" + id + " says: x");
        named.socket().close(Frame.close(1000));
        alice.hears("Client #" + id + " left the chat");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc",
                "1.5",
                "1e3",
                "0x10",
                "true",
                "%205",
                "5%20",
                "1_000",
                "%EF%BC%95",
                "%D9%A5",
                "-",
                "+",
                "--5",
                "+-5",
                "%C2%B2",
                "null",
                "5L",
                "%2520"
            })
    void anythingButAnIntegerIsRefused(String segment) {
        assertThat(site().upgrade("/ws/" + segment).refusal()).isEqualTo(403);
    }

    @Test
    void moreThan4300DigitsAreRefused() {
        assertThat(site().upgrade("/ws/" + "9".repeat(4301)).refusal()).isEqualTo(403);
        assertThat(site().upgrade("/ws/-" + "9".repeat(4301)).refusal()).isEqualTo(403);
    }
}
