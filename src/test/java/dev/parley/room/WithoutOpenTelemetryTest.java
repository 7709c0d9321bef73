package dev.parley.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.memory.MemoryBackplane;
import dev.parley.connection.Peer;
import dev.parley.connection.Workers;
import dev.parley.handshake.RecordedLog;
import dev.parley.node.Budget;
import dev.parley.node.Traces;
import dev.parley.node.Tracing;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same classes in an application that does not bring the API, or a part of it, as an old version is to ours. */
@Timeout(60)
final class WithoutOpenTelemetryTest {
    /** Loads everything anew, but nothing whose name begins so. */
    private static final class Without extends URLClassLoader {
        private final String hidden;

        Without(String hidden) {
            super(classPath(), ClassLoader.getPlatformClassLoader());
            this.hidden = hidden;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith(hidden)) {
                throw new ClassNotFoundException(name);
            }
            return super.findClass(name);
        }

        private static URL[] classPath() {
            return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(entry -> {
                        try {
                            return Path.of(entry).toUri().toURL();
                        } catch (MalformedURLException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .toArray(URL[]::new);
        }
    }

    /** What there is to trace, and what somebody reads of what is said; also of what another node has traced. */
    public static final class Scenario implements Supplier<String> {
        @Override
        public String get() {
            MemoryBackplane backplane = new MemoryBackplane(10, InstantSource.system(), new Budget(Long.MAX_VALUE));
            Workers workers = new Workers();
            try {
                Rooms rooms = new Rooms(
                        backplane, workers, 10, id -> Overflow.CLOSE, new Budget(Long.MAX_VALUE), Integer.MAX_VALUE);
                RoomId lobby = new RoomId("lobby");
                Peer peer = new Peer(workers);
                TextMember member = rooms.join(lobby, peer.connection(), "1", GuideWindow.GUIDE, () -> true);
                Tracing.Origin origin = Tracing.here().origin(header -> Traces.HEADER);
                Draft draft = new Draft("k", new Draft.Author("2", "c"), Draft.Kind.JSON, "2");
                backplane
                        .publish(lobby, draft, null, origin)
                        .toCompletableFuture()
                        .join();
                backplane.publish(Map.of(lobby, new Draft("l", draft.author(), draft.kind(), "3")), origin);
                backplane.append(lobby, new Draft("m", draft.author(), draft.kind(), "4", Traces.HEADER));
                member.say("5");
                Entry last = backplane
                        .readBefore(lobby, Long.MAX_VALUE, 1, 1)
                        .toCompletableFuture()
                        .join()
                        .entries()
                        .get(0);
                return Tracing.here().getClass().getSimpleName()
                        + ' '
                        + origin
                        + ' '
                        + peer.awaitLines(5)
                        + ' '
                        + last.draft().trace();
            } finally {
                workers.close();
                backplane.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"io.opentelemetry., 0", "io.opentelemetry.context., 1"})
    void everythingIsAsItWas(String hidden, int warnings) throws Exception {
        try (RecordedLog log = RecordedLog.of(Tracing.class.getName());
                Without loader = new Without(hidden)) {
            Supplier<?> scenario = Class.forName(Scenario.class.getName(), true, loader)
                    .asSubclass(Supplier.class)
                    .getDeclaredConstructor()
                    .newInstance();

            assertThat(scenario.get())
                    .isEqualTo("Tracing null [Client #2 says: 2, Client #2 says: 3, Client #2 says: 4, You wrote: 5,"
                            + " Client #1 says: 5] ");
            assertThat(log.lines()).hasSize(warnings);
        }
    }

    /** So that the other test does not pass for another reason. */
    @Test
    void andWithItThereIsAnother() throws Exception {
        try (Without loader = new Without("nothing.")) {
            assertThat(Class.forName(Tracing.class.getName(), true, loader)
                            .getMethod("here")
                            .invoke(null)
                            .getClass()
                            .getSimpleName())
                    .isEqualTo("OpenTelemetryTracing");
        }
    }
}
