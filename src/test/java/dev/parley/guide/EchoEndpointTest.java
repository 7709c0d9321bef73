package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.handshake.RecordedLog;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Extension;
import java.util.List;
import java.util.stream.IntStream;
import org.glassfish.tyrus.core.extension.ExtendedExtension;
import org.glassfish.tyrus.core.frame.Frame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The echo, and with it what all endpoints have in common. */
final class EchoEndpointTest {
    private GuideOnTyrus guide;

    @BeforeEach
    void open() throws Exception {
        guide = new GuideOnTyrus();
    }

    @AfterEach
    void close() throws Exception {
        guide.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "hello", "a\nb", "\0", "{\"a\":1}", "<img src=x onerror=alert(1)>", "€😀é", "{0} %s"})
    void messageComesBackUntouched(String text) throws Exception {
        assertThat(guide.echo().says(text).hears()).isEqualTo("Message text was: " + text);
    }

    @Test
    void pipelinedMessagesComeBackInOrder() throws Exception {
        Peer peer = guide.echo();
        for (int i = 0; i < 200; i++) {
            peer.says("#" + i);
        }

        assertThat(peer.hears(200))
                .isEqualTo(IntStream.range(0, 200)
                        .mapToObj(i -> "Message text was: #" + i)
                        .toList());
    }

    @Test
    void serverNeverSpeaksFirst() throws Exception {
        Peer peer = guide.echo().leaves(new CloseReason(CloseCodes.NORMAL_CLOSURE, ""));

        peer.end();
        assertThat(peer.unheard()).isEmpty();
    }

    @Test
    void connectionsDoNotHearEachOther() throws Exception {
        Peer one = guide.echo();
        Peer other = guide.echo();

        assertThat(one.says("1").hears()).isEqualTo("Message text was: 1");
        assertThat(other.says("2").hears()).isEqualTo("Message text was: 2");
        assertThat(one.unheard()).isEmpty();
    }

    @Test
    void partsAreOneMessage() throws Exception {
        Peer peer = guide.echo();

        peer.saysPart("a", false).saysPart("", false).saysPart("b€", false).saysPart("c", true);

        assertThat(peer.hears()).isEqualTo("Message text was: ab€c");
        assertThat(peer.says("d").hears()).isEqualTo("Message text was: d");
    }

    @Test
    void limitIsInBytesAndTheLongestMessagePasses() throws Exception {
        String longest = "€".repeat(21) + "x";
        Peer peer = guide.echo();

        assertThat(peer.says(longest).hears()).isEqualTo("Message text was: " + longest);
        peer.saysPart("€".repeat(10), false).saysPart("€".repeat(11) + "x", true);
        assertThat(peer.hears()).isEqualTo("Message text was: " + longest);
    }

    @Test
    void oneByteMoreEndsItWith1009() throws Exception {
        Peer peer = guide.echo().says("kept").says("€".repeat(21) + "xy");

        peer.endsWith(1009, "message too big");
        assertThat(peer.unheard()).containsExactly("Message text was: kept");
    }

    @Test
    void oversizeInPartsEndsItWith1009BeforeItIsWhole() throws Exception {
        Peer peer = guide.echo();

        peer.saysPart("x".repeat(GuideOnTyrus.MAX_MESSAGE_BYTES), false).saysPart("x", false);

        peer.endsWith(1009, "message too big");
        assertThat(peer.unheard()).isEmpty();
    }

    @Test
    void binaryEndsItWith1003() throws Exception {
        Peer peer = guide.echo().says("kept").sendsBytes((byte) 0xff);

        peer.endsWith(1003, "text messages only");
        assertThat(peer.unheard()).containsExactly("Message text was: kept");
    }

    @Test
    void binaryIsRefusedAtItsFirstPart() throws Exception {
        Peer peer = guide.echo().sendsPart(new byte[1], false);

        peer.endsWith(1003, "text messages only");
    }

    @Test
    void emptyBinaryIsBinary() throws Exception {
        guide.echo().sendsBytes().endsWith(1003, "text messages only");
    }

    @Test
    void whatComesAfterTheEndIsNotProcessed() throws Exception {
        Peer peer = guide.echo().sendsBytes((byte) 1).saysIfItStillCan("ghost").saysIfItStillCan("ghost");

        peer.endsWith(1003, "text messages only");
        assertThat(peer.unheard()).isEmpty();
    }

    @Test
    void nothingOfferedIsNegotiated() throws Exception {
        Peer peer = guide.echoOffering("chat", new Noticed());

        assertThat(peer.session().getNegotiatedSubprotocol()).isEmpty();
        assertThat(peer.session().getNegotiatedExtensions()).isEmpty();
        assertThat(peer.says("x").hears()).isEqualTo("Message text was: x");
    }

    @Test
    void handshakeAroundTheGateIsNotAccepted() {
        for (String path : List.of("/ws", "/items/foo/ws?token=t", "/ws/5")) {
            assertThatThrownBy(() -> guide.aroundTheGate(path))
                    .isInstanceOf(DeploymentException.class)
                    .hasRootCauseMessage("Response code was not 101: 403.");
        }
        assertThat(guide.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ws", "/items/foo/ws?token=t", "/ws/5"})
    void sessionPastTheGateIsClosedAndNothingIsProcessed(String path) throws Exception {
        Peer witness = guide.chat("1");
        try (RecordedLog log = RecordedLog.of("dev.parley.session.Inlet")) {
            Peer intruder = guide.pastTheGate(path, "ghost");

            intruder.endsWith(1008, "refused by policy");

            assertThat(intruder.unheard()).isEmpty();
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARNING"))
                    .hasSize(1);
        }
        assertThat(witness.says("x").hears(2)).containsExactly("You wrote: x", "Client #1 says: x");
        assertThat(guide.connections()).isEqualTo(1);
    }

    /** An extension to offer. It would be called, were it negotiated. */
    private static final class Noticed implements ExtendedExtension {
        @Override
        public String getName() {
            return "permessage-deflate";
        }

        @Override
        public List<Extension.Parameter> getParameters() {
            return List.of();
        }

        @Override
        public List<Extension.Parameter> onExtensionNegotiation(
                ExtensionContext context, List<Extension.Parameter> requested) {
            return List.of();
        }

        @Override
        public void onHandshakeResponse(ExtensionContext context, List<Extension.Parameter> parameters) {}

        @Override
        public Frame processIncoming(ExtensionContext context, Frame frame) {
            return frame;
        }

        @Override
        public Frame processOutgoing(ExtensionContext context, Frame frame) {
            return frame;
        }

        @Override
        public void destroy(ExtensionContext context) {}
    }
}
