package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import dev.parley.it.Lobby.Member;
import dev.parley.it.harness.KnownDifference;
import dev.parley.it.wire.Frame;
import dev.parley.it.wire.Incoming.Close;
import dev.parley.it.wire.RawSocket;
import dev.parley.it.wire.RawWebSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How members of {@code /ws/{client_id}} leave, under whichever context path the subclass deploys to. */
abstract class ChatLeavesContract extends LobbyContract {
    /** Far below the heartbeat, so a leave noticed only by that would be too late. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    /** How to leave, and what the close frame must be that the leaver gets; null where it has cut the connection. */
    static Stream<Arguments> leaves() {
        return Stream.of(
                leave("1000", frames(Frame.close(1000)), echoOf(1000, "")),
                leave("1001", frames(Frame.close(1001)), echoOf(1001, "")),
                leave("3000 with a reason", frames(Frame.close(3000, "reason")), echoOf(3000, "reason")),
                leave("no code", frames(Frame.close()), echoOf(Close.NO_CODE, "")),
                leave("unmasked frame", frames(Frame.text("x").unmasked()), code(1002)),
                leave("reserved opcode", frames(Frame.of(3, new byte[0])), code(1002)),
                leave("bad close code", frames(Frame.close(1005)), code(1002)),
                leave("bad UTF-8", frames(Frame.text((byte) 0xff)), code(1007)),
                leave("binary", frames(Frame.binary((byte) 1)), code(1003)),
                leave("too big", frames(Frame.text("x".repeat(1024 * 1024 + 1))), code(1009)),
                leave("FIN", socket -> socket.socket().fin(), null),
                leave("RST", socket -> socket.socket().reset(), null),
                leave("FIN inside a frame", halfFrameThen(socket -> socket.fin()), null),
                leave("RST inside a frame", halfFrameThen(socket -> socket.reset()), null),
                leave(
                        "RST behind the close frame",
                        frames(Frame.close(1000))
                                .andThen(socket -> socket.socket().reset()),
                        null));
    }

    private static Arguments leave(String title, Consumer<RawWebSocket> leave, Predicate<Close> answer) {
        return of(title, leave, answer);
    }

    private static Predicate<Close> echoOf(int code, String reason) {
        return close -> close.isEchoOf(new Close(code, reason));
    }

    private static Predicate<Close> code(int code) {
        return close -> close.code() == code;
    }

    private static Consumer<RawWebSocket> frames(Frame frame) {
        return socket -> socket.send(frame);
    }

    private static Consumer<RawWebSocket> halfFrameThen(Consumer<RawSocket> end) {
        byte[] frame = Frame.text("never whole").bytes();
        return socket -> {
            socket.socket().send(Arrays.copyOf(frame, frame.length - 3));
            end.accept(socket.socket());
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("leaves")
    void everyLeaveIsAnnouncedOnceAndAtOnce(String title, Consumer<RawWebSocket> leave, Predicate<Close> answer) {
        Member alice = lobby().join();
        Member bob = lobby().join();
        Member leaver = lobby().join();
        alice.saysAndHears("hello");
        bob.hears(alice.said("hello"));
        leaver.hears(alice.said("hello"));
        // Tomcat may lose the close frame for a protocol error that meets the end of a send (seen in 11.0.25 and
        // 11.0.27).
        leaver.settle();

        if (title.equals("unmasked frame") && KnownDifference.UNMASKED.isOf(server())) {
            leave.accept(leaver.socket());
            alice.hears(leaver.said("x"));
            return;
        }
        long start = System.nanoTime();
        leave.accept(leaver.socket());
        if (title.startsWith("unmasked") && KnownDifference.MISSING_MASK_AWAITED.isOf(server())) {
            leaver.socket().send(Frame.close(1000));
        }
        alice.hears(leaver.left());
        bob.hears(leaver.left());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as(title).isLessThan(AT_ONCE);

        if (answer != null) {
            assertThat(leaver.socket().receiveWholeClose()).matches(answer);
        }
        leaver.socket().close();
        alice.saysAndHears("goodbye");
        bob.hears(alice.said("goodbye"));
    }

    @Test
    void leaveIsAnnouncedOnTheCloseFrameWhileTheLeaverNeitherReadsNorEndsItsConnection() {
        Member alice = lobby().join();
        Member leaver = lobby().join();
        leaver.says("bye");
        leaver.socket().send(Frame.close(1000));
        alice.hears(leaver.said("bye"), leaver.left());
        alice.saysAndHears("quiet now");
        List<String> answers = List.of(leaver.wrote("bye"), leaver.said("bye"));
        boolean mayOvertake = KnownDifference.CONTROL_FRAMES_OVERTAKE.isOf(server());
        assertThat(leaver.socket().receiveCloseBehind(answers, mayOvertake)).isEqualTo(new Close(1000, ""));
        leaver.socket().socket().expectEnd();
    }

    @Test
    void wordsBeforeALeaveAreHeardAndThoseBehindTheCloseFrameAreNot() {
        Member alice = lobby().join();
        Member leaver = lobby().join();
        leaver.socket().send(Frame.text("last"), Frame.close(1000), Frame.text("ghost"));
        if (KnownDifference.CONTROL_FRAMES_OVERTAKE.isOf(server())) {
            assertThat(alice.socket().receiveText()).isEqualTo(leaver.said("last"));
            String next = alice.socket().receiveText();
            assertThat(next.equals(leaver.said("ghost")) ? alice.socket().receiveText() : next)
                    .isEqualTo(leaver.left());
        } else {
            alice.hears(leaver.said("last"), leaver.left());
        }
        alice.saysAndHears("silence");
    }

    @Test
    void wordsBeforeABinaryFrameAreAnswered() {
        Member alice = lobby().join();
        Member leaver = lobby().join();
        leaver.socket().send(Frame.text("one"), Frame.text("two"), Frame.binary((byte) 0), Frame.text("ghost"));
        leaver.hears(leaver.wrote("one"), leaver.said("one"), leaver.wrote("two"), leaver.said("two"));
        assertThat(leaver.socket().receiveWholeClose().code()).isEqualTo(1003);
        alice.hears(leaver.said("one"), leaver.said("two"), leaver.left());
        alice.saysAndHears("the room is not poisoned");
    }

    @Test
    void deadMemberMakesNobodyElseLeave() {
        Member alice = lobby().join();
        Member bob = lobby().join();
        Member carol = lobby().join();
        carol.socket().socket().reset();
        List<String> numbers =
                IntStream.range(0, 50).mapToObj(Integer::toString).toList();
        alice.says(numbers.toArray(String[]::new));
        assertThat(alice.socket().receiveTexts(101))
                .filteredOn(text -> !text.equals(carol.left()))
                .isEqualTo(numbers.stream()
                        .flatMap(number -> Stream.of(alice.wrote(number), alice.said(number)))
                        .toList());
        assertThat(bob.socket().receiveTexts(51))
                .filteredOn(text -> !text.equals(carol.left()))
                .isEqualTo(numbers.stream().map(alice::said).toList());
        bob.saysAndHears("alive");
        alice.hears(bob.said("alive"));
    }

    @Test
    void sameIdTwiceIsTwoMembers() {
        String id = Lobby.newId();
        Member alice = lobby().join();
        Member first = lobby().join(id);
        Member second = lobby().join(id);
        first.saysAndHears("I");
        second.hears(first.said("I"));
        alice.hears(first.said("I"));

        first.socket().close(Frame.close(1000));
        alice.hears(first.left());
        second.hears(first.left());
        second.saysAndHears("still here");
        alice.hears(second.said("still here"));
    }

    @Test
    void resetRightAfterTheHandshakeIsALeaveLikeAnyOther() {
        Member alice = lobby().join();
        for (int i = 0; i < 20; i++) {
            String id = Lobby.newId();
            Member gone = lobby().expect(id, site().open("/ws/" + id));
            gone.socket().socket().reset();
            alice.hears(gone.left());
        }
        alice.saysAndHears("alone");
    }
}
