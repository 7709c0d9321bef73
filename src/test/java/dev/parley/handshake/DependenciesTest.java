package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.node.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What dependencies are given, what they open and who stands in for them. */
final class DependenciesTest {
    /** Keeps in order what was opened and closed. */
    static final class Diary {
        private final List<String> entries = new ArrayList<>();

        void note(String entry) {
            entries.add(entry);
        }
    }

    private final Diary diary = new Diary();
    private final Dependencies dependencies = Dependencies.none().with(Diary.class, diary);

    record Database(Diary diary) implements AutoCloseable {
        Database {
            diary.note("open database");
        }

        @Override
        public void close() {
            diary.note("close database");
        }
    }

    private record Transaction(
            Diary diary, @Depends(Database.class) Database database) implements Dependency<String>, AutoCloseable {
        @Override
        public String value() {
            diary.note("begin");
            return "transaction";
        }

        @Override
        public void close() {
            diary.note("end");
            throw new IllegalStateException("cannot roll back");
        }
    }

    private record Work(
            @Depends(Transaction.class) String transaction,
            @Depends(Database.class) Database database,
            @Depends(Transaction.class) Transaction itself) {}

    @Test
    void dependencyIsTheObjectOrWhatItGives() {
        Work work = bind(Work.class, "");

        assertThat(work.transaction()).isEqualTo("transaction");
        assertThat(work.itself().database()).isSameAs(work.database());
        assertThat(diary.entries).containsExactly("open database", "begin");
    }

    @Test
    void whatWasOpenedIsClosedOnceInReverseOrderWhateverEachDoes() {
        try (RecordedLog log = RecordedLog.of(Threads.class.getName())) {
            Binder.Bound bound = bound(Work.class, "");
            bound.cleanup().run();
            bound.cleanup().run();

            assertThat(diary.entries).containsExactly("open database", "begin", "end", "close database");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains(Transaction.class.getName(), "cannot roll back");
        }
    }

    private record Refusing(
            @Depends(Database.class) Database database,
            @QueryParam("q") int q) {}

    private record Failing(Diary diary) implements Dependency<String>, AutoCloseable {
        @Override
        public String value() {
            throw new StackOverflowError("deep");
        }

        @Override
        public void close() {
            diary.note("close failing");
        }
    }

    private record OnFailing(
            @Depends(Database.class) Database database,
            @Depends(Failing.class) String failing) {}

    @Test
    void whatWasOpenedIsClosedWhenTheHandshakeIsRefusedOrFails() {
        assertThatThrownBy(() -> bind(Refusing.class, "")).isInstanceOf(HandshakeRefused.class);
        assertThat(diary.entries).containsExactly("open database", "close database");

        diary.entries.clear();
        assertThatThrownBy(() -> bind(OnFailing.class, "")).isInstanceOf(StackOverflowError.class);
        assertThat(diary.entries).containsExactly("open database", "close failing", "close database");
    }

    private record Fresh(
            @Depends(Database.class) Database shared,
            @Depends(value = Database.class, fresh = true) Database own,
            @Depends(Database.class) Database sharedToo) {}

    @Test
    void freshDependencyIsOnesOwn() {
        Fresh fresh = bind(Fresh.class, "");

        assertThat(fresh.sharedToo()).isSameAs(fresh.shared());
        assertThat(fresh.own()).isNotSameAs(fresh.shared());
    }

    private record User(@CookieParam("session") Optional<String> session) implements Dependency<String> {
        @Override
        public String value() {
            return session.orElseThrow(() -> new HandshakeRefused(401, Map.of("WWW-Authenticate", "Bearer"), "nobody"));
        }
    }

    private record Greeting(@Depends(User.class) String user) implements Dependency<String> {
        @Override
        public String value() {
            return "hello " + user;
        }
    }

    private record Greeted(@Depends(Greeting.class) String greeting) {}

    private record Guest(@QueryParam("as") String name) implements Dependency<String> {
        @Override
        public String value() {
            return name;
        }
    }

    @Test
    void testsPutOthersInTheirPlaceHoweverDeep() {
        Dependencies fixed = dependencies.override(User.class, () -> "alice");
        Dependencies other = dependencies.override(User.class, Guest.class);

        assertThat(bind(Greeted.class, "", fixed).greeting()).isEqualTo("hello alice");
        assertThat(bind(Greeted.class, "as=bob", other).greeting()).isEqualTo("hello bob");
        assertThatThrownBy(() -> bind(Greeted.class, ""))
                .hasMessage("nobody"); // they are values: this one is as it was
    }

    @Test
    void refusalHasHeaders() {
        HandshakeRefused refused = catchThrowableOfType(HandshakeRefused.class, () -> bind(Greeted.class, ""));

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.headers()).containsExactly(Map.entry("WWW-Authenticate", "Bearer"));
    }

    private record Banned() implements Dependency<String> {
        @Override
        public String value() {
            throw new WebSocketException(4500, "banned");
        }
    }

    private record OnBanned(@Depends(Banned.class) String nobody) {}

    @Test
    void closeCodeBeforeTheUpgradeIsA403() {
        WebSocketException refused = catchThrowableOfType(WebSocketException.class, () -> bind(OnBanned.class, ""));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.closeCode()).isEqualTo(4500);
        assertThat(refused.reason()).isEqualTo("banned");
        assertThat(refused).hasMessage("close code 4500, banned");
    }

    private record Guard(Scopes scopes) {}

    private record Inner(
            @Depends(value = Guard.class, scopes = "read") Guard guard, Scopes scopes) {}

    private record Scoped(
            @Depends(
                    value = Inner.class,
                    scopes = {"write", "a"})
            Inner inner,

            @Depends(Guard.class) Guard bare,
            @Depends(value = Database.class, scopes = "x") Database scoped,
            @Depends(Database.class) Database unscoped) {}

    @Test
    void scopesAddUpOnTheWayDown() {
        Scoped scoped = bind(Scoped.class, "");

        assertThat(scoped.inner().scopes()).isEqualTo(new Scopes(Set.of("write", "a")));
        assertThat(scoped.inner().guard().scopes()).hasToString("a read write");
        assertThat(scoped.bare().scopes().required()).isEmpty();
    }

    @Test
    void scopesMakeTwoOnlyOfWhatLooksAtThem() {
        Scoped scoped = bind(Scoped.class, "");

        assertThat(scoped.scoped()).isSameAs(scoped.unscoped());
        assertThat(scoped.bare()).isNotSameAs(scoped.inner().guard());
    }

    private record GivesNull() implements Dependency<String> {
        @Override
        public String value() {
            return null;
        }
    }

    private record OnNull(@Depends(GivesNull.class) String nothing) {}

    @Test
    void dependencyThatGivesNullIsAFaultOfOurs() {
        assertThatThrownBy(() -> bind(OnNull.class, ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(GivesNull.class.getName());
    }

    private <T> T bind(Class<T> type, String query) {
        return bind(type, query, dependencies);
    }

    private static <T> T bind(Class<T> type, String query, Dependencies dependencies) {
        return type.cast(bound(type, query, dependencies).value());
    }

    private Binder.Bound bound(Class<?> type, String query) {
        return bound(type, query, dependencies);
    }

    private static Binder.Bound bound(Class<?> type, String query, Dependencies dependencies) {
        return new Binder(type, new PathTemplate("/x"), dependencies)
                .bind(Visitors.of(Map.of(), RequestTarget.parse("/", query).query(), Map.of()));
    }
}
