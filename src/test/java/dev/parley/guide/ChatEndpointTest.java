package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ChatEndpointTest {
    private GuideOnTyrus guide;

    @BeforeEach
    void open() throws Exception {
        guide = new GuideOnTyrus();
    }

    @AfterEach
    void close() throws Exception {
        guide.close();
    }

    @Test
    void senderReadsFirstThatItWroteAndThenWhatAllRead() throws Exception {
        Peer alice = guide.chat("1");
        Peer bob = guide.chat("-2");

        alice.says("hello");

        assertThat(alice.hears(2)).containsExactly("You wrote: hello", "Client #1 says: hello");
        assertThat(bob.hears()).isEqualTo("Client #1 says: hello");
        bob.says("");
        assertThat(bob.hears(2)).containsExactly("You wrote: ", "Client #-2 says: ");
        assertThat(alice.hears()).isEqualTo("Client #-2 says: ");
    }

    @Test
    void pipelinedMessagesAlternateStrictly() throws Exception {
        Peer peer = guide.chat("5");
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            peer.says("#" + i);
            expected.add("You wrote: #" + i);
            expected.add("Client #5 says: #" + i);
        }

        assertThat(peer.hears(100)).isEqualTo(expected);
    }

    @Test
    void allReadOneOrder() throws Exception {
        Peer alice = guide.chat("1");
        Peer bob = guide.chat("2");
        Peer witness = guide.chat("3");
        for (int i = 0; i < 50; i++) {
            alice.says("#" + i);
            bob.says("#" + i);
        }

        List<String> order = witness.hears(100);

        assertThat(withoutOwnEcho(alice.hears(150))).isEqualTo(order);
        assertThat(withoutOwnEcho(bob.hears(150))).isEqualTo(order);
        assertThat(order)
                .filteredOn(text -> text.startsWith("Client #1 "))
                .hasSize(50)
                .endsWith("Client #1 says: #49");
    }

    @Test
    void joiningIsSilent() throws Exception {
        Peer alice = guide.chat("1");
        Peer bob = guide.chatUnheard("2").says("x");

        assertThat(alice.hears()).isEqualTo("Client #2 says: x");
        assertThat(bob.hears(2)).containsExactly("You wrote: x", "Client #2 says: x");
    }

    @Test
    void leaveIsReadOnceByTheOthersAndNotByTheLeaver() throws Exception {
        Peer alice = guide.chat("1");
        Peer bob = guide.chat("2");

        bob.leaves(new CloseReason(CloseCodes.getCloseCode(3000), "bye")).end();

        assertThat(alice.hears()).isEqualTo("Client #2 left the chat");
        assertThat(alice.says("x").hears(2)).containsExactly("You wrote: x", "Client #1 says: x");
        assertThat(bob.unheard()).isEmpty();
    }

    @Test
    void sameIdTwiceIsTwoMembers() throws Exception {
        Peer one = guide.chat("7");
        Peer other = guide.chat("7");

        one.says("x");
        assertThat(one.hears(2)).containsExactly("You wrote: x", "Client #7 says: x");
        assertThat(other.hears()).isEqualTo("Client #7 says: x");

        one.leaves(new CloseReason(CloseCodes.GOING_AWAY, "")).end();
        assertThat(other.hears()).isEqualTo("Client #7 left the chat");
        assertThat(other.says("y").hears(2)).containsExactly("You wrote: y", "Client #7 says: y");
    }

    @Test
    void binaryIsAnOrdinaryLeaveToTheOthers() throws Exception {
        Peer alice = guide.chat("1");
        Peer bob = guide.chat("2");

        bob.says("before").sendsBytes((byte) 0).saysIfItStillCan("after");

        bob.endsWith(1003, "text messages only");
        assertThat(alice.hears(2)).containsExactly("Client #2 says: before", "Client #2 left the chat");
        assertThat(alice.says("x").hears(2)).containsExactly("You wrote: x", "Client #1 says: x");
    }

    @Test
    void oversizeInPartsIsAnOrdinaryLeaveToTheOthers() throws Exception {
        Peer alice = guide.chat("1");
        Peer bob = guide.chat("2");

        bob.saysPart("x".repeat(GuideOnTyrus.MAX_MESSAGE_BYTES), false).saysPart("x", true);

        bob.endsWith(1009, "message too big");
        assertThat(alice.hears()).isEqualTo("Client #2 left the chat");
    }

    @Test
    void incompleteMessageIsNotSaid() throws Exception {
        Peer alice = guide.chat("1");
        Peer bob = guide.chat("2");

        bob.saysPart("half", false)
                .leaves(new CloseReason(CloseCodes.NORMAL_CLOSURE, ""))
                .end();

        assertThat(alice.hears()).isEqualTo("Client #2 left the chat");
    }

    @Test
    void whoJoinsLateReadsWhatIsSaidFromThenOn() throws Exception {
        Peer alice = guide.chat("1");
        assertThat(alice.says("x").hears(2)).containsExactly("You wrote: x", "Client #1 says: x");

        Peer late = guide.chatUnheard("2").says("y");

        assertThat(late.hears(2)).containsExactly("You wrote: y", "Client #2 says: y");
    }

    private static List<String> withoutOwnEcho(List<String> texts) {
        return texts.stream().filter(text -> !text.startsWith("You wrote: ")).toList();
    }
}
