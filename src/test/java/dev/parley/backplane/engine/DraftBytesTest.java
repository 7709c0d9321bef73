package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Erasure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DraftBytesTest {
    @Test
    void whatTellsOfAnErasureIsReadAsWritten() {
        Erasure erasure = new Erasure(18, "k3f-18");
        for (Draft draft : List.of(Erasure.HOLE, Erasure.GONE, erasure.draft(), Erasure.of("k3f-18"))) {
            assertThat(DraftBytes.decode(ByteBuffer.wrap(DraftBytes.encode(draft))))
                    .isEqualTo(draft);
        }
        assertThat(Erasure.in(erasure.draft())).contains(erasure);
        assertThat(Erasure.in(Erasure.HOLE)).isEmpty();
        assertThat(Erasure.in(Erasure.GONE)).isEmpty();
        assertThat(Erasure.in(Erasure.of("k3f-18"))).isEmpty();
    }

    /** That is how an engine adds it, who learns the place only then. */
    @Test
    void thePlaceOfWhatIsErasedStandsAtTheEnd() {
        byte[] start = DraftBytes.encode(Erasure.of("k3f-18"));
        byte[] place = "18 k3f-18".getBytes(StandardCharsets.UTF_8);
        byte[] all = ByteBuffer.allocate(start.length + place.length)
                .put(start)
                .put(place)
                .array();

        assertThat(DraftBytes.decode(ByteBuffer.wrap(all))).isEqualTo(new Erasure(18, "k3f-18").draft());
        assertThat(new String(start, 6, 8, StandardCharsets.UTF_8)).isEqualTo("erasure:"); // by which engines know one
        assertThat(new String(DraftBytes.encode(Erasure.HOLE), 6, 8, StandardCharsets.UTF_8))
                .isEqualTo("erasure:");
    }

    /** It reads a version, a kind and four texts, and looks at nothing behind them. */
    @Test
    void aNodeOfTheVersionBeforeReadsThatNobodyHasLeft() {
        for (Draft draft : List.of(Erasure.HOLE, new Erasure(18, "k3f-18").draft())) {
            ByteBuffer bytes = ByteBuffer.wrap(DraftBytes.encode(draft));

            assertThat(bytes.get()).isEqualTo((byte) 1);
            assertThat(bytes.get()).isEqualTo((byte) 2); // left
            assertThat(text(bytes)).isEqualTo(draft.key());
            assertThat(List.of(text(bytes), text(bytes), text(bytes))).containsOnly("");
        }
    }

    @Test
    void whatIsTracedIsReadAsWritten() {
        for (Draft.Kind kind : List.of(Draft.Kind.MESSAGE, Draft.Kind.JSON, Draft.Kind.LEFT)) {
            for (String trace : List.of("", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 a=\u20ac,b=2")) {
                Draft draft = new Draft("k", new Draft.Author("alice", "c1"), kind, "\u20acX", trace);
                assertThat(DraftBytes.decode(ByteBuffer.wrap(DraftBytes.encode(draft))))
                        .isEqualTo(draft);
            }
        }
    }

    /** It looks for X behind the texts, and at nothing else there. */
    @Test
    void aNodeOfTheVersionBeforeReadsWhatIsTracedWithoutItsTrace() {
        Draft plain = new Draft("k", new Draft.Author("alice", "c1"), Draft.Kind.JSON, "1");
        byte[] untraced = DraftBytes.encode(plain);
        byte[] traced = DraftBytes.encode(new Draft("k", plain.author(), plain.kind(), "1", "00-1-2-01"));

        assertThat(traced).startsWith(untraced);
        assertThat(traced[untraced.length]).isEqualTo((byte) 'T');
    }

    /** As nodes of a later version may add something. */
    @Test
    void whatIsBehindAnotherMarkIsPassedOver() {
        Draft draft = new Draft("k", new Draft.Author("alice", "c1"), Draft.Kind.JSON, "1");
        byte[] bytes = DraftBytes.encode(draft);
        ByteBuffer more =
                ByteBuffer.allocate(bytes.length + 2).put(bytes).put((byte) 'Z').put((byte) 7);

        assertThat(DraftBytes.decode(more.flip())).isEqualTo(draft);
    }

    private static String text(ByteBuffer bytes) {
        byte[] part = new byte[bytes.getInt()];
        bytes.get(part);
        return new String(part, StandardCharsets.UTF_8);
    }
}
