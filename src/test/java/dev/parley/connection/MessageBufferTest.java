package dev.parley.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.connection.MessageBuffer.Gathered;
import dev.parley.node.Budget;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageBufferTest {
    private static final String GRIN = "😀"; // two chars, four bytes
    private static final String HIGH = GRIN.substring(0, 1);
    private static final String LOW = GRIN.substring(1);

    @ParameterizedTest
    @ValueSource(strings = {"a", "é", "€", GRIN, "\u0000", "\u007F", "\u0080", "\u07FF", "\u0800", "\uFFFF"})
    void theLimitIsExactInBytesOfUtf8(String character) {
        int size = character.getBytes(StandardCharsets.UTF_8).length;
        String text = character.repeat(100);

        assertThat(new MessageBuffer(100 * size, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE)).add(text, true))
                .isEqualTo(whole(text));
        assertThat(new MessageBuffer(100 * size - 1, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE)).add(text, true))
                .isEqualTo(Gathered.None.TOO_BIG);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "é", "€", GRIN})
    void theLimitIsExactOverPartsOfOneCharacter(String character) {
        int size = character.getBytes(StandardCharsets.UTF_8).length;
        MessageBuffer buffer = new MessageBuffer(10 * size, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
        for (int i = 0; i < 9; i++) {
            assertThat(buffer.add(character, false)).isEqualTo(Gathered.None.MORE);
        }
        assertThat(buffer.add(character, true)).isEqualTo(whole(character.repeat(10)));

        for (int i = 0; i < 10; i++) {
            assertThat(buffer.add(character, false)).isEqualTo(Gathered.None.MORE);
        }
        assertThat(buffer.add("a", true)).isEqualTo(Gathered.None.TOO_BIG);
    }

    @Test
    void aSurrogatePairCutBetweenPartsCountsFourBytesAndStaysWhole() {
        MessageBuffer exact = new MessageBuffer(4, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
        assertThat(exact.add(HIGH, false)).isEqualTo(Gathered.None.MORE);
        assertThat(exact.add(LOW, true)).isEqualTo(whole(GRIN));

        MessageBuffer tooSmall = new MessageBuffer(3, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
        assertThat(tooSmall.add(HIGH, false)).isEqualTo(Gathered.None.MORE);
        assertThat(tooSmall.add(LOW, true)).isEqualTo(Gathered.None.TOO_BIG);
    }

    @Test
    void anyCutOfAnyTextGivesTheTextAgainAndTheSameSize() {
        Seed seed = Seed.of(getClass());
        for (int round = 0; round < 2_000; round++) {
            Random random = seed.round(round);
            String text = anyText(random);
            int size = text.getBytes(StandardCharsets.UTF_8).length;

            assertThat(inParts(new MessageBuffer(size, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE)), text, random))
                    .as("%s", seed)
                    .isEqualTo(whole(text));
            if (size > 0) {
                assertThat(inParts(
                                new MessageBuffer(size - 1, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE)),
                                text,
                                random))
                        .as("%s", seed)
                        .isEqualTo(Gathered.None.TOO_BIG);
            }
        }
    }

    @Test
    void aMessageInOnePieceIsNotCopied() {
        String text = "in one piece";

        Gathered gathered = new MessageBuffer(100, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE)).add(text, true);

        assertThat(((Gathered.Text) gathered).text()).isSameAs(text);
    }

    @Test
    void emptyPartsAreHarmless() {
        MessageBuffer buffer = new MessageBuffer(2, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));

        assertThat(buffer.add("", true)).isEqualTo(whole(""));
        for (int i = 0; i < 1_000; i++) {
            assertThat(buffer.add("", false)).isEqualTo(Gathered.None.MORE);
        }
        assertThat(buffer.add("ab", false)).isEqualTo(Gathered.None.MORE);
        assertThat(buffer.add("", true)).isEqualTo(whole("ab"));
    }

    @Test
    void theNextMessageBeginsAnewAfterAWholeOne() {
        MessageBuffer buffer = new MessageBuffer(4, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
        for (int i = 0; i < 3; i++) {
            assertThat(buffer.add("ab", false)).isEqualTo(Gathered.None.MORE);
            assertThat(buffer.add("cd", true)).isEqualTo(whole("abcd"));
            assertThat(buffer.add("wxyz", true)).isEqualTo(whole("wxyz"));
        }
    }

    @Test
    void theNextMessageBeginsAnewAfterOneThatWasTooBig() {
        MessageBuffer buffer = new MessageBuffer(4, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));

        assertThat(buffer.add("12345", true)).isEqualTo(Gathered.None.TOO_BIG);
        assertThat(buffer.add("abcd", true)).isEqualTo(whole("abcd"));
        assertThat(buffer.add("123", false)).isEqualTo(Gathered.None.MORE);
        assertThat(buffer.add("45", true)).isEqualTo(Gathered.None.TOO_BIG);
        assertThat(buffer.add("abcd", true)).isEqualTo(whole("abcd"));
    }

    @Test
    void anOversizeMessageIsNoticedWithThePartThatPassesTheLimit() {
        MessageBuffer buffer = new MessageBuffer(4, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));

        assertThat(buffer.add("1234", false)).isEqualTo(Gathered.None.MORE);
        assertThat(buffer.add("5", false)).isEqualTo(Gathered.None.TOO_BIG);
    }

    /** Adds the parts of a text, cut anywhere, in the middle of pairs too, until something has come of it. */
    private static Gathered inParts(MessageBuffer buffer, String text, Random random) {
        int from = 0;
        while (true) {
            int to = from + random.nextInt(text.length() - from + 1);
            boolean isLast = to == text.length() && random.nextBoolean();
            Gathered gathered = buffer.add(text.substring(from, to), isLast);
            if (gathered != Gathered.None.MORE) {
                return gathered;
            }
            from = to;
        }
    }

    private static String anyText(Random random) {
        int[] some = {'a', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF};
        return random.ints(random.nextInt(40), 0, some.length)
                .map(index -> some[index])
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static Gathered whole(String text) {
        return new Gathered.Text(text);
    }

    @Test
    void aMessageInTooManyPartsIsOneThatIsTooBig() {
        MessageBuffer crumbs = new MessageBuffer(100, 3, new Budget(Long.MAX_VALUE));

        crumbs.add("a", false);
        crumbs.add("b", false);
        assertThat(crumbs.add("c", true)).isEqualTo(new MessageBuffer.Gathered.Text("abc"));
        crumbs.add("a", false);
        crumbs.add("b", false);
        crumbs.add("", false);
        assertThat(crumbs.add("c", true)).isEqualTo(MessageBuffer.Gathered.None.TOO_BIG);
    }

    @Test
    void binaryPartsBecomeAMessageAndTheNextBeginsAnew() {
        MessageBuffer buffer = new MessageBuffer(4, 3, new Budget(Long.MAX_VALUE));

        assertThat(buffer.add(part(1, 2), false)).isEqualTo(Gathered.None.MORE);
        assertThat(buffer.add(part(), false)).isEqualTo(Gathered.None.MORE);
        assertThat(bytes(buffer.add(part(3), true))).containsExactly(1, 2, 3);
        assertThat(bytes(buffer.add(part(4), true))).containsExactly(4);
        assertThat(bytes(buffer.add(part(), true))).isEmpty();
    }

    @Test
    void theLimitIsExactInBytesAndInPartsOfABinaryMessage() {
        MessageBuffer buffer = new MessageBuffer(4, 3, new Budget(Long.MAX_VALUE));

        assertThat(bytes(buffer.add(part(1, 2, 3, 4), true))).hasSize(4);
        assertThat(buffer.add(part(1, 2, 3, 4, 5), true)).isEqualTo(Gathered.None.TOO_BIG);
        buffer.add(part(1, 2), false);
        assertThat(bytes(buffer.add(part(3, 4), true))).hasSize(4);
        buffer.add(part(1, 2), false);
        assertThat(buffer.add(part(3, 4, 5), true)).isEqualTo(Gathered.None.TOO_BIG);
        buffer.add(part(1, 2), false);
        buffer.add(part(), false);
        buffer.add(part(), false);
        assertThat(buffer.add(part(3), true)).isEqualTo(Gathered.None.TOO_BIG);
    }

    private static byte[] bytes(Gathered gathered) {
        return ((Gathered.Binary) gathered).bytes();
    }

    private static ByteBuffer part(int... bytes) {
        ByteBuffer part = ByteBuffer.allocate(bytes.length);
        for (int each : bytes) {
            part.put((byte) each);
        }
        return part.flip();
    }
}
