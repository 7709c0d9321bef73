package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.node.Budget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AdmissionControlTest {
    private final AdmissionControl admission = new AdmissionControl(2, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));

    @Test
    void openDoorsLetInUnlessTheHouseIsFull() {
        Admission.Place first = admission.admit("127.0.0.1");
        assertThatCode(admission::check).doesNotThrowAnyException();

        Admission.Place second = admission.admit("127.0.0.1");
        assertThatThrownBy(admission::check).hasMessage("full").matches(e -> ((HandshakeRefused) e).status() == 503);
        assertThatThrownBy(() -> admission.admit("127.0.0.1")).hasMessage("full"); // whose check was before that

        first.leave(false);
        first.leave(false);
        admission.admit("127.0.0.1");
        assertThatThrownBy(admission::check).hasMessage("full");
        second.leave(true);
        assertThatCode(admission::check).doesNotThrowAnyException();
    }

    @Test
    void whoIsOneTooManyIsNotCountedForItsAddress() {
        AdmissionControl narrow = new AdmissionControl(1, 1, new Budget(Long.MAX_VALUE));
        Admission.Place one = narrow.admit("192.0.2.3");
        assertThatThrownBy(() -> narrow.admit("192.0.2.4")).hasMessage("full");
        one.leave(false);
        narrow.admit("192.0.2.4").leave(false);
    }

    @Test
    void nobodyComesInWhileNobodyCouldGiveWayForThem() throws Exception {
        Budget budget = new Budget(100);
        AdmissionControl bounded = new AdmissionControl(10, 10, budget);
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
