package dev.parley.connection.frames;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.Session;
import java.lang.reflect.Proxy;
import java.util.List;
import org.apache.tomcat.unfamiliar.Sessions;
import org.junit.jupiter.api.Test;

/** Where nothing is to be found. What is found on real servers is what FramesIT is about. */
final class FramesTest {
    private final Frames frames = new Frames(true);

    @Test
    void aServerThatNobodyKnowsIsWrittenToAsTheSpecificationHasIt() {
        Session session = (Session) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> List.of());

        assertThat(frames.over(session)).isNull();
        assertThat(frames.areWritten()).isFalse();
    }

    @Test
    void soIsOneThatIsNotBuiltAsItWas() {
        Session session = Sessions.answering((proxy, method, arguments) -> List.of());

        assertThat(session.getClass().getName()).startsWith("org.apache.tomcat.");
        assertThat(frames.over(session)).isNull();
        assertThat(frames.areWritten()).isFalse();
    }

    @Test
    void anErrorOfTheServerIsNoErrorOfOurs() {
        assertThat(frames.over(Sessions.answering((proxy, method, arguments) -> {
                    throw new LinkageError("made by the test");
                })))
                .isNull();
    }

    @Test
    void nothingIsLookedForWhereNobodyWantsIt() {
        Frames off = new Frames(false);

        assertThat(off.over(Sessions.answering((proxy, method, arguments) -> {
                    throw new AssertionError("asked for " + method);
                })))
                .isNull();
        assertThat(off.areWritten()).isFalse();
    }
}
