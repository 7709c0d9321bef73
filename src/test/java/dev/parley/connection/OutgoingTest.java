package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OutgoingTest {
    @ParameterizedTest
    @CsvSource({
        "0, 8100",
        "1, 8101",
        "125, 817D",
        "126, 817E007E",
        "127, 817E007F",
        "32768, 817E8000",
        "65535, 817EFFFF",
        "65536, 817F0000000000010000",
        "1048576, 817F0000000000100000"
    })
    void aFrameBeginsWithTheShortestLengthThatHoldsIt(int length, String header) {
        String text = "x".repeat(length);

        byte[] frame = bytes(new Outgoing(text).frame());

        int headerLength = header.length() / 2;
        assertThat(HexFormat.of().withUpperCase().formatHex(frame, 0, headerLength))
                .isEqualTo(header);
        assertThat(Arrays.copyOfRange(frame, headerLength, frame.length))
                .isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ascii", "é", "€", "😀", "\u0000", "\uFFFF", "aé€😀"})
    void itsSizeIsThatOfItsPayload(String text) {
        Outgoing message = new Outgoing(text);

        assertThat(message.bytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        assertThat(message.frame().remaining()).isEqualTo(message.bytes() + 2);
        assertThat(message.text()).isEqualTo(text);
    }

    @Test
    void aBinaryMessageIsABinaryFrame() {
        Outgoing message = new Outgoing(new byte[] {0, -1, 7});

        assertThat(message.bytes()).isEqualTo(3);
        assertThat(bytes(message.frame())).containsExactly(0x82, 3, 0, -1, 7);
        assertThat(new Outgoing("text").binary()).isNull();
    }

    @Test
    void itIsEncodedOnceForAll() {
        Outgoing message = new Outgoing("shared");

        assertThat(message.frame()).isNotSameAs(message.frame());
        assertThat(message.frame().array()).isSameAs(message.frame().array());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
