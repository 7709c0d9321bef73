package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MembershipTest {
    @Test
    void whatIsWrittenIsReadWhateverIsInTheNames() {
        List<String> names = List.of("", "a b", "+-%20&=", "\u0418\u0432\u0430\u043d \ud83d\ude00", "\u0000\r\n\t");
        for (String name : names) {
            for (String status : List.of("", Occupant.status(7, "{\"a b\": \"\u20ac\"}"))) {
                Membership in = new Membership(name, "node " + name, true, status);
                Membership out = new Membership(name, "node " + name, false, "");

                assertThat(Membership.decoded(in.encoded())).contains(in);
                assertThat(Membership.decoded(in.encoded() + " what a later version adds"))
                        .contains(in);
                assertThat(Membership.decoded(out.encoded())).contains(out);
                assertThat(in.encoded()).matches("[\\x20-\\x7e]+");
            }
        }
        assertThat(new Membership("a b", "n c", true, "").encoded()).isEqualTo("+a+b n+c ");
    }

    @Test
    void anythingElseIsNone() {
        for (String none : List.of("", "+", "+a b", "a b c", "*a b c", "+%zz b c", "-a b %2", "+a %")) {
            assertThat(Membership.decoded(none)).as(none).isEmpty();
        }
    }

    @Test
    void whoIsOutSaysNothingAndATextThatIsNoStatusIsNone() {
        assertThat(new Membership("a", "c", false, Occupant.status(1, "1")).status())
                .isEmpty();
        assertThat(new Membership("a", "c", true, "goodbye").status()).isEmpty();
    }
}
