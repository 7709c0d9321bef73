package dev.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class BudgetTest {
    private final Budget budget = new Budget(1_000);
    private final List<String> gaveWay = new ArrayList<>();

    @Test
    void whoeverHoldsMostGoesFirstAndNoMoreThanNeedBe() throws Exception {
        Fake small = new Fake("small", 100);
        Fake big = new Fake("big", 600);
        Fake middle = new Fake("middle", 350);

        budget.reclaimOnce();

        assertThat(gaveWay).containsExactly("big");
        assertThat(budget.used()).isEqualTo(small.bytes + middle.bytes);
        assertThat(budget.gaveWay()).isEqualTo(1);
        assertThat(big.bytes).isZero();
        assertThat(budget.isExhausted()).isFalse();
    }

    @Test
    void nobodyGoesForWhatAnotherIsAboutToLetGoOf() throws Exception {
        Fake slow = new Fake("slow", 900);
        slow.letsGoLater = true;
        Fake other = new Fake("other", 500);

        budget.reclaimOnce();
        budget.reclaimOnce();

        assertThat(gaveWay).containsExactly("slow");
        assertThat(other.bytes).isEqualTo(500);
    }

    @Test
    void aHolderThatFailsDoesNotKeepTheOthersFromGivingWay() throws Exception {
        budget.join(new Budget.Holder() {
            @Override
            public long held() {
                return 5_000;
            }

            @Override
            public void giveWay() {
                budget.release(Budget.Use.LOG, 0);
                throw new NoClassDefFoundError("cannot");
            }
        });
        budget.join(new Budget.Holder() {
            @Override
            public long held() {
                throw new OutOfMemoryError("cannot tell");
            }

            @Override
            public void giveWay() {
                throw new AssertionError("holds nothing");
            }
        });
        new Fake("big", 1_100);
        budget.hold(Budget.Use.LOG, 5_000);

        budget.reclaimOnce();

        assertThat(gaveWay).containsExactly("big");
    }

    @Test
    void whoWasAskedInVainDoesNotProtectTheOthers() throws Exception {
        Stubborn stubborn = new Stubborn(900);
        new Fake("other", 500);

        budget.reclaimOnce();
        assertThat(gaveWay).isEmpty();
        budget.reclaimOnce();

        assertThat(gaveWay).containsExactly("other");
        assertThat(stubborn.asked).isPositive();
    }

    /** What was asked in vain once may be able to give way the next time, and then counts as what it frees. */
    @Test
    void anotherShortageBeginsAnew() throws Exception {
        Stubborn stubborn = new Stubborn(900);
        budget.hold(Budget.Use.LOG, 200);
        budget.reclaimOnce();
        assertThat(stubborn.asked).isEqualTo(1);
        budget.release(Budget.Use.LOG, 200);
        budget.reclaimOnce();

        new Fake("other", 600);
        budget.reclaimOnce();

        assertThat(stubborn.asked).isEqualTo(2);
        assertThat(gaveWay).isEmpty();
    }

    @Test
    void itIsExhaustedWhenNobodyIsLeftToGiveWay() throws Exception {
        budget.hold(Budget.Use.KEPT, 1_001);
        budget.reclaimOnce();
        assertThat(budget.isExhausted()).isTrue();

        budget.release(Budget.Use.KEPT, 1);

        assertThat(budget.isExhausted()).isFalse();
    }

    @Test
    void whoeverWaitsForRoomGoesOnWhenThereIsSome() throws Exception {
        budget.hold(Budget.Use.INCOMING, 1_500);
        CountDownLatch done = new CountDownLatch(1);
        AtomicBoolean room = new AtomicBoolean();
        Thread waiting = new Thread(() -> {
            try {
                room.set(budget.awaitRoom(Duration.ofMinutes(1)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            done.countDown();
        });
        waiting.start();

        budget.release(Budget.Use.INCOMING, 500);

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(room).isTrue();
        budget.hold(Budget.Use.INCOMING, 1);
        assertThat(budget.awaitRoom(Duration.ofMillis(1))).isFalse();
    }

    @Test
    void aWatchedLoopHasHoldersGiveWay() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (Threads threads = new Threads()) {
            budget.watchedBy(threads);
            budget.join(new Budget.Holder() {
                @Override
                public long held() {
                    return asked.getCount() * 2_000;
                }

                @Override
                public void giveWay() {
                    budget.release(Budget.Use.OUTGOING, 2_000);
                    asked.countDown();
                }
            });
            budget.hold(Budget.Use.OUTGOING, 2_000);

            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(threads.stuck(Threads.Part.NODE)).isEmpty();
        }
    }

    @Test
    void itTellsWhatIsHeldByUse() {
        budget.hold(Budget.Use.BACKLOG, 70);
        budget.hold(Budget.Use.LOG, 7);
        budget.release(Budget.Use.LOG, 7);

        assertThat(budget.usedBy()).containsEntry("backlog", 70L).containsEntry("log", 0L);
        assertThat(budget.used()).isEqualTo(70);
    }

    private final class Fake implements Budget.Holder {
        private final String name;
        private long bytes;
        private long leaving;
        private boolean letsGoLater;

        Fake(String name, long bytes) {
            this.name = name;
            this.bytes = bytes;
            budget.hold(Budget.Use.INCOMING, bytes);
            budget.join(this);
        }

        @Override
        public long held() {
            return bytes;
        }

        @Override
        public long yielding() {
            return leaving;
        }

        @Override
        public void giveWay() {
            gaveWay.add(name);
            if (letsGoLater) {
                leaving = bytes;
            } else {
                budget.release(Budget.Use.INCOMING, bytes);
            }
            bytes = 0;
        }
    }

    /** Holds what it holds, whoever asks. */
    private final class Stubborn implements Budget.Holder {
        private final long bytes;
        private int asked;

        Stubborn(long bytes) {
            this.bytes = bytes;
            budget.hold(Budget.Use.LOG, bytes);
            budget.join(this);
        }

        @Override
        public long held() {
            return bytes;
        }

        @Override
        public void giveWay() {
            asked++;
        }
    }
}
