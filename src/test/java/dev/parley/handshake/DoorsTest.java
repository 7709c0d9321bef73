package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.node.Budget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DoorsTest {
    private boolean isFull;
    private final Doors doors = new Doors(() -> isFull, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));

    @Test
    void openDoorsLetInUnlessTheHouseIsFull() {
        assertThatCode(doors::check).doesNotThrowAnyException();

        isFull = true;
        assertThatThrownBy(doors::check).hasMessage("full").matches(e -> ((HandshakeRefused) e).status() == 503);
    }

    @Test
    void nobodyComesInWhileNobodyCouldGiveWayForThem() throws Exception {
        Budget budget = new Budget(100);
        Doors bounded = new Doors(() -> false, 10, budget);
        budget.hold(Budget.Use.KEPT, 200);
        assertThatCode(bounded::check).doesNotThrowAnyException(); // somebody may give way
        budget.reclaimOnce();
        assertThatThrownBy(bounded::check).matches(e -> ((HandshakeRefused) e).status() == 503);

        budget.release(Budget.Use.KEPT, 200);
        assertThatCode(bounded::check).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(
            value = Doors.State.class,
            names = {"PAUSED", "DRAINING"})
    void doorsThatWereShutCanBeOpenedAgain(Doors.State shut) {
        assertThat(doors.turn(shut)).isTrue();
        assertThatThrownBy(doors::check).isInstanceOf(HandshakeRefused.class);

        assertThat(doors.turn(Doors.State.OPEN)).isTrue();
        assertThatCode(doors::check).doesNotThrowAnyException();
    }

    @Test
    void stoppedIsForGood() {
        doors.turn(Doors.State.STOPPED);

        assertThat(doors.turn(Doors.State.OPEN)).isFalse();
        assertThat(doors.state()).isEqualTo(Doors.State.STOPPED);
        assertThatThrownBy(doors::check).hasMessage("draining");
    }

    @Test
    void turningToWhereTheyStandIsNoTurn() {
        assertThat(doors.turn(Doors.State.OPEN)).isFalse();
        assertThat(doors.turn(Doors.State.DRAINING)).isTrue();
        assertThat(doors.turn(Doors.State.DRAINING)).isFalse();
    }
}
