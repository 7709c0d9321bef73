package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.connection.frames.FrameWriter;
import dev.parley.protocol.CloseCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FrameWireTest {
    private final ScriptedWire session = new ScriptedWire();
    private final List<ByteBuffer> written = new ArrayList<>();
    private final List<String> outcomes = new ArrayList<>();
    private boolean isServerWriting;
    private final FrameWire wire = new FrameWire(session, this::write);

    @Test
    void whatIsSentTogetherIsWrittenTogetherAsFrames() {
        wire.send(outgoing("a", "é"), this::note);

        assertThat(written)
                .containsExactly(
                        ByteBuffer.wrap(new byte[] {(byte) 0x81, 1, 'a'}),
                        ByteBuffer.wrap(new byte[] {(byte) 0x81, 2, (byte) 0xC3, (byte) 0xA9}));
        assertThat(outcomes).containsExactly("sent");
        assertThat(session.events()).isEmpty();
    }

    @Test
    void aPingIsAnEmptyPingFrame() {
        wire.ping(this::note);

        assertThat(written).containsExactly(ByteBuffer.wrap(new byte[] {(byte) 0x89, 0}));
        assertThat(outcomes).containsExactly("sent");
    }

    @Test
    void whileTheServerIsWritingTheSessionsOwnWireIsUsed() {
        isServerWriting = true;

        wire.send(outgoing("a", "b"), this::note);
        wire.ping(this::note);

        assertThat(written).isEmpty();
        assertThat(session.events()).containsExactly("send a", "send b", "ping");
        assertThat(outcomes).containsExactly("sent", "sent");
    }

    @Test
    void whatIsToBeClosedByHandIsClosedAfterTheSession() throws IOException {
        List<String> order = new ArrayList<>();
        FrameWriter stuck = new FrameWriter() {
            @Override
            public boolean write(ByteBuffer[] frames, Consumer<@Nullable Throwable> outcome) {
                return true;
            }

            @Override
            public Runnable closing() {
                order.add("before, session closed " + session.closes().size());
                return () ->
                        order.add("after, session closed " + session.closes().size());
            }
        };

        new FrameWire(session, stuck).close(CloseCode.SLOW);

        assertThat(order).containsExactly("before, session closed 0", "after, session closed 1");
    }

    @Test
    void theSessionClosesBecauseOnlyTheContainerKnowsHow() throws IOException {
        wire.close(CloseCode.SLOW);

        assertThat(session.closes()).containsExactly(CloseCode.SLOW);
    }

    @Test
    void itTakesSeveralMessagesAtOnce() {
        assertThat(wire.batch()).isGreaterThan(1);
    }

    @Test
    void aFrameIsReadByItsPeerAndStaysAsItIsForTheOthers() {
        Outgoing message = new Outgoing("for everybody");

        ByteBuffer first = message.frame();
        first.position(first.limit());
        ByteBuffer second = message.frame();

        assertThat(second.remaining()).isEqualTo(2 + "for everybody".length());
        assertThat(payload(second, 2)).isEqualTo("for everybody");
    }

    private boolean write(ByteBuffer[] frames, Consumer<@Nullable Throwable> completion) {
        if (isServerWriting) {
            return false;
        }
        written.addAll(List.of(frames));
        completion.accept(null);
        return true;
    }

    private void note(@Nullable Throwable failure) {
        outcomes.add(failure == null ? "sent" : failure.toString());
    }

    private static List<Outgoing> outgoing(String... texts) {
        return Stream.of(texts).map(Outgoing::new).toList();
    }

    private static String payload(ByteBuffer frame, int headerLength) {
        byte[] payload = new byte[frame.remaining() - headerLength];
        frame.position(frame.position() + headerLength).get(payload);
        return new String(payload, StandardCharsets.UTF_8);
    }
}
