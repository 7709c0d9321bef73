package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.node.Budget;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class BinaryBufferTest {
    private final BinaryBuffer buffer = new BinaryBuffer(4, 3, new Budget(Long.MAX_VALUE));

    private static ByteBuffer part(int... bytes) {
        ByteBuffer part = ByteBuffer.allocate(bytes.length);
        for (int each : bytes) {
            part.put((byte) each);
        }
        return part.flip();
    }

    @Test
    void partsBecomeAMessageAndTheNextBeginsAnew() {
        assertThat(buffer.add(part(1, 2), false)).isNull();
        assertThat(buffer.add(part(), false)).isNull();
        assertThat(buffer.add(part(3), true)).containsExactly(1, 2, 3);
        assertThat(buffer.add(part(4), true)).containsExactly(4);
        assertThat(buffer.add(part(), true)).isEmpty();
    }

    @Test
    void theLimitIsExactInBytesAndInParts() {
        assertThat(buffer.isTooMuch(part(1, 2, 3, 4))).isFalse();
        assertThat(buffer.isTooMuch(part(1, 2, 3, 4, 5))).isTrue();
        buffer.add(part(1, 2), false);
        assertThat(buffer.isTooMuch(part(3, 4))).isFalse();
        assertThat(buffer.isTooMuch(part(3, 4, 5))).isTrue();
        buffer.add(part(), false);
        buffer.add(part(), false);
        assertThat(buffer.isTooMuch(part(3))).isTrue();
    }
}
