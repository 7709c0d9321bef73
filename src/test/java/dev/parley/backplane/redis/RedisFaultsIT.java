package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.BackplaneException;
import dev.parley.backplane.Break;
import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.FaultContract;
import dev.parley.backplane.engine.EngineBackplane;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("standalone") // no server is needed, so once is enough
final class RedisFaultsIT extends FaultContract {
    @Override
    protected EngineProcess startEngine() throws Exception {
        return RedisServer.launch(RedisServer.DURABLE);
    }

    @Override
    protected Backplane node(String address) {
        return RedisEngine.start(address, 100_000, new EngineBackplane.Timing(CHECK, LEASE), "");
    }

    private RedisServer redis() {
        return (RedisServer) engine;
    }

    @Test
    void aLogThatBeganAnewIsToldAndNothingOfTheNewOneIsMissing() throws Exception {
        assertThat(redis().cli("FLUSHALL")).isEqualTo("OK");
        awaitBreaks(Break.Reason.EPOCH);
        account.awaitMore(200);

        assertThatTheRestIsThere();
    }

    @Test
    void aServerThatComesBackWithNothingIsToldAndNothingOfTheNewLogIsMissing() throws Exception {
        engine.kill();
        redis().keepNoLog();
        engine.start();
        awaitBreaks(Break.Reason.EPOCH);
        account.awaitMore(200);

        assertThatTheRestIsThere();
    }

    @Test
    void aServerThatComesBackWithOlderDataIsToldWhereTheBranchesPart() throws Exception {
        redis().cli("CONFIG", "SET", "appendonly", "no");
        redis().cli("SAVE");
        account.awaitMore(500);
        engine.kill();
        redis().keepNoLog();
        engine.start();
        awaitBreaks(Break.Reason.REWRITTEN);
        account.awaitMore(500);

        assertThatTheRestIsThere();
    }

    @Test
    void aFullMemoryFailsWhatIsSaidAndLosesNothing() throws Exception {
        redis().cli("CONFIG", "SET", "maxmemory", "1");
        int failures = account.failures();
        while (account.failures() < failures + 20) {
            pause(20);
        }
        assertThat(one.health().isReachable()).isTrue();
        redis().cli("CONFIG", "SET", "maxmemory", "0");
        account.awaitMore(200);

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

    /** Every follower of every room is told, and each for this reason. */
    private void awaitBreaks(Break.Reason reason) throws InterruptedException {
        int followers = 2 * account.rooms().size();
        for (int i = 0; account.breaks().size() < followers; i++) {
            assertThat(i).as("breaks %s", account.breaks()).isLessThan(1000);
            pause(20);
        }
        List<Break.Reason> reasons =
                account.breaks().stream().map(Break::reason).distinct().toList();
        assertThat(reasons).containsExactly(reason);
    }

    /** What was acknowledged before the engine lost it has been told before; what came afterwards is told, too. */
    private void assertThatTheRestIsThere() throws InterruptedException {
        var verdict = account.settle();
        System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "{0}", verdict);
        assertThat(verdict.lost()).isZero();
        assertThat(verdict.repeated()).isZero();
        assertThat(verdict.reordered()).isZero();
    }
}
