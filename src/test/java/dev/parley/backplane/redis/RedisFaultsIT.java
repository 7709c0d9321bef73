package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Break;
import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.FaultContract;
import dev.parley.backplane.Occupant;
import dev.parley.backplane.RoomId;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("standalone") // no server is needed, so once is enough
@Tag("full") // takes a minute and a half
final class RedisFaultsIT extends FaultContract {
    @Override
    protected EngineProcess startEngine() throws Exception {
        return RedisServer.launch(RedisServer.DURABLE);
    }

    @Override
    protected Backplane node(String address) {
        return EngineBackplane.start(
                new RedisEngine(address, 100_000),
                new EngineBackplane.Timing(CHECK, LEASE),
                "",
                new Budget(Long.MAX_VALUE),
                new Threads());
    }

    private RedisServer redis() {
        return (RedisServer) engine;
    }

    @Test
    void aLogThatBeganAnewIsToldAndNothingOfTheNewOneIsMissing() throws Exception {
        assertThat(redis().cli("FLUSHALL")).isEqualTo("OK");

        assertThatTheBreakIsTold(Break.Reason.EPOCH);
    }

    @Test
    void aServerThatComesBackWithNothingIsToldAndNothingOfTheNewLogIsMissing() throws Exception {
        engine.kill();
        redis().keepNoLog();
        engine.start();

        assertThatTheBreakIsTold(Break.Reason.EPOCH);
    }

    @Test
    void aServerThatComesBackWithOlderDataIsToldWhereTheBranchesPart() throws Exception {
        redis().cli("CONFIG", "SET", "appendonly", "no");
        redis().cli("SAVE");
        account.awaitMore(500);
        engine.kill();
        redis().keepNoLog();
        engine.start();

        assertThatTheBreakIsTold(Break.Reason.REWRITTEN);
    }

    @Test
    void aFullMemoryFailsWhatIsSaidAndLosesNothing() throws Exception {
        redis().cli("CONFIG", "SET", "maxmemory", "1");
        awaitFailures(20);
        redis().cli("CONFIG", "SET", "maxmemory", "0");
        awaitReachable(one, true); // whose lease could not be renewed
        account.awaitMore(200);

        assertNothingIsMissing();
    }

    @Test
    void aFullMemoryRefusesWhatIsSaidAndNothingElse() throws Exception {
        Gone gone = gone();
        one.presence().enter(PRESENCE, farewell("alice"));
        awaitMembers(Map.of("alice", 1));
        redis().cli("CONFIG", "SET", "maxmemory", "1");
        awaitFailures(20);
        long reconnects = one.health().reconnects();
        one.presence().enter(PRESENCE, farewell("bob"));
        long end = System.nanoTime() + LEASE.multipliedBy(2).toNanos();
        while (System.nanoTime() < end) {
            RoomId room = account.rooms().get(0);
            assertThat(one.readBefore(room, Long.MAX_VALUE, 10, 100_000)
                            .toCompletableFuture()
                            .get(2, TimeUnit.SECONDS)
                            .entries())
                    .hasSize(10);
            assertThat(one.presence().members(PRESENCE).toCompletableFuture().get(2, TimeUnit.SECONDS))
                    .isEqualTo(Map.of("alice", new Occupant(1, "")));
            assertThat(one.health().isReachable()).isTrue();
            pause(100);
        }
        assertThat(one.health().reconnects()).isEqualTo(reconnects);
        redis().cli("CONFIG", "SET", "maxmemory", "0");
        account.awaitMore(200);

        awaitMembers(Map.of("alice", 1, "bob", 1));
        assertThat(gone.entries).isEmpty();
        assertNothingIsMissing();
    }

    @Test
    void aServerThatMayDropKeysIsRefused() throws Exception {
        redis().cli("CONFIG", "SET", "maxmemory-policy", "volatile-lru");

        assertThatExceptionOfType(BackplaneException.class)
                .isThrownBy(() -> node(engine.address()))
                .withMessageContaining("noeviction")
                .withMessageContaining("volatile-lru");
    }
}
