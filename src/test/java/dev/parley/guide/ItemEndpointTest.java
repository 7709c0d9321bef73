package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ItemEndpointTest {
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
    void withANumberThereAreThreeReplies() throws Exception {
        Peer peer = guide.item("foo bar", "7", "t").says("hello");

        assertThat(peer.hears(3))
                .containsExactly(
                        "Session cookie or query token value is: t",
                        "Query parameter q is: 7",
                        "Message text was: hello, for item ID: foo bar");
    }

    @Test
    void withoutANumberThereAreTwo() throws Exception {
        Peer peer = guide.item("foo", null, "t").says("a").says("b");

        assertThat(peer.hears(4))
                .containsExactly(
                        "Session cookie or query token value is: t",
                        "Message text was: a, for item ID: foo",
                        "Session cookie or query token value is: t",
                        "Message text was: b, for item ID: foo");
    }

    @Test
    void zeroIsANumber() throws Exception {
        assertThat(guide.item("foo", "-0", "t").says("x").hears(3)).contains("Query parameter q is: 0");
    }

    @Test
    void numberMayHave4300Digits() throws Exception {
        String digits = "9".repeat(4300);

        assertThat(guide.item("foo", digits, "t").says("x").hears(3)).contains("Query parameter q is: " + digits);
    }

    @Test
    void repliesToPipelinedMessagesDoNotMix() throws Exception {
        Peer peer = guide.item("foo", "1", "t");
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            peer.says("#" + i);
            expected.add("Session cookie or query token value is: t");
            expected.add("Query parameter q is: 1");
            expected.add("Message text was: #" + i + ", for item ID: foo");
        }

        assertThat(peer.hears(300)).isEqualTo(expected);
    }

    @Test
    void visitorsKeepTheirOwn() throws Exception {
        Peer alice = guide.item("a", null, "alice");
        Peer bob = guide.item("b", null, "bob");

        assertThat(alice.says("x").hears(2))
                .containsExactly(
                        "Session cookie or query token value is: alice", "Message text was: x, for item ID: a");
        assertThat(bob.says("x").hears(2))
                .containsExactly("Session cookie or query token value is: bob", "Message text was: x, for item ID: b");
    }

    @Test
    void binaryEndsItWith1003() throws Exception {
        guide.item("foo", null, "t").sendsBytes((byte) 1).endsWith(1003, "text messages only");
    }

    @Test
    void oversizeInPartsEndsItWith1009() throws Exception {
        Peer peer = guide.item("foo", null, "t");

        peer.saysPart("x".repeat(GuideOnTyrus.MAX_MESSAGE_BYTES), false).saysPart("x", true);

        peer.endsWith(1009, "message too big");
        assertThat(peer.unheard()).isEmpty();
    }

    @Test
    void visitPrintsItselfWithoutTheCredential() {
        assertThat(new ItemEndpoint.Visit("foo\r\n", Optional.empty(), "s3cr3t"))
                .asString()
                .isEqualTo("visit to an item")
                .doesNotContain("s3cr3t");
    }
}
