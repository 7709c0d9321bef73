package dev.parley.backplane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.parley.backplane.RoomId;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class WatchTest {
    private final Watch watch = new Watch(Duration.ofMillis(1_500));
    private final Stuck stuck = new Stuck();

    @BeforeEach
    void start() {
        watch.start();
    }

    @AfterEach
    void stop() {
        watch.close();
    }

    @Test
    void aCallThatDoesNotComeBackIsCut() throws Exception {
        Link link = watch.connect(stuck);

        assertThatExceptionOfType(LinkException.class).isThrownBy(() -> link.tops(Set.of(new RoomId("a"))));
    }

    @Test
    void aConnectionThatRestsIsLeftAlone() throws Exception {
        Link link = watch.connect(stuck);

        assertThat(stuck.isCut.await(3_500, TimeUnit.MILLISECONDS)).isFalse();
        link.close();
    }

    /** Comes back from a call only when it is cut. */
    private static final class Stuck implements Engine {
        private final CountDownLatch isCut = new CountDownLatch(1);

        @Override
        public String name() {
            return "stuck";
        }

        @Override
        public Link connect() {
            return (Link) Proxy.newProxyInstance(
                    Link.class.getClassLoader(), new Class<?>[] {Link.class}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "cut" -> isCut.countDown();
                            case "close" -> {}
                            default -> {
                                isCut.await();
                                throw new LinkException("cut");
                            }
                        }
                        return null;
                    });
        }

        @Override
        public Ear listen(Set<RoomId> rooms) throws LinkException {
            throw new LinkException("it does not listen");
        }

        @Override
        public void close() {}
    }
}
