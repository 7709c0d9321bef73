package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.node.Budget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AdmissionControlTest {
    private boolean isFull;
    private final AdmissionControl admission =
            new AdmissionControl(() -> isFull, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));

    @Test
    void openDoorsLetInUnlessTheHouseIsFull() {
        assertThatCode(admission::check).doesNotThrowAnyException();

        isFull = true;
        assertThatThrownBy(admission::check).hasMessage("full").matches(e -> ((HandshakeRefused) e).status() == 503);
    }

    @Test
    void nobodyComesInWhileNobodyCouldGiveWayForThem() throws Exception {
        Budget budget = new Budget(100);
        AdmissionControl bounded = new AdmissionControl(() -> false, 10, budget);
        budget.hold(Budget.Use.KEPT, 200);
        assertThatCode(bounded::check).doesNotThrowAnyException(); // somebody may give way
        budget.reclaimOnce();
        assertThatThrownBy(bounded::check).matches(e -> ((HandshakeRefused) e).status() == 503);

        budget.release(Budget.Use.KEPT, 200);
        assertThatCode(bounded::check).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(
            value = AdmissionControl.State.class,
            names = {"PAUSED", "DRAINING"})
    void doorsThatWereShutCanBeOpenedAgain(AdmissionControl.State shut) {
        assertThat(admission.turn(shut)).isTrue();
        assertThatThrownBy(admission::check).isInstanceOf(HandshakeRefused.class);

        assertThat(admission.turn(AdmissionControl.State.OPEN)).isTrue();
        assertThatCode(admission::check).doesNotThrowAnyException();
    }

    @Test
    void stoppedIsForGood() {
        admission.turn(AdmissionControl.State.STOPPED);

        assertThat(admission.turn(AdmissionControl.State.OPEN)).isFalse();
        assertThat(admission.state()).isEqualTo(AdmissionControl.State.STOPPED);
        assertThatThrownBy(admission::check).hasMessage("draining");
    }

    @Test
    void turningToWhereTheyStandIsNoTurn() {
        assertThat(admission.turn(AdmissionControl.State.OPEN)).isFalse();
        assertThat(admission.turn(AdmissionControl.State.DRAINING)).isTrue();
        assertThat(admission.turn(AdmissionControl.State.DRAINING)).isFalse();
    }
}
