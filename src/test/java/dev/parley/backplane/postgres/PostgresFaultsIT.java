package dev.parley.backplane.postgres;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.Break;
import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.FaultContract;
import dev.parley.backplane.engine.EngineBackplane;
import dev.parley.node.Budget;
import dev.parley.node.Threads;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("full") // takes a minute
@Tag("standalone") // no server is needed, so once is enough
final class PostgresFaultsIT extends FaultContract {
    @Override
    protected EngineProcess startEngine() throws Exception {
        return PostgresServer.launch();
    }

    @Override
    protected Backplane node(String address) {
        return EngineBackplane.start(
                new PostgresEngine(address, 100_000),
                new EngineBackplane.Timing(CHECK, LEASE),
                "",
                new Budget(Long.MAX_VALUE),
                new Threads());
    }

    private PostgresServer postgres() {
        return (PostgresServer) engine;
    }

    @Test
    void aServerThatComesBackWithNothingIsToldAndNothingOfTheNewLogIsMissing() throws Exception {
        engine.stop();
        postgres().makeEmpty();
        engine.start();

        assertThatTheBreakIsTold(Break.Reason.EPOCH);
    }

    @Test
    void aServerThatComesBackWithOlderDataIsToldWhereTheBranchesPart() throws Exception {
        engine.stop();
        postgres().copy();
        engine.start();
        account.awaitMore(500);
        engine.stop();
        postgres().restore();
        engine.start();

        assertThatTheBreakIsTold(Break.Reason.REWRITTEN);
    }

    /** As PostgreSQL says it when the disk is full. */
    @Test
    void aFullDiskFailsWhatIsSaidAndLosesNothing() throws Exception {
        postgres()
                .sql("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;"
                        + " CREATE TRIGGER full_disk BEFORE INSERT ON parley_entry EXECUTE FUNCTION full_disk()");
        awaitFailures(20);
        postgres().sql("DROP TRIGGER full_disk ON parley_entry");
        account.awaitMore(200);

        assertNothingIsMissing();
    }

    /** The system lets the table grow no more, as when a disk or a quota is full; PostgreSQL's other files have room. */
    @Test
    void aTableThatCannotGrowFailsWhatIsSaidAndLosesNothing() throws Exception {
        postgres().limitFiles(20_000_000); // beyond a segment of its log
        assertThatThrownBy(
                        () -> postgres()
                                .sql(
                                        "INSERT INTO parley_entry (room, seq, epoch, message, key, data) SELECT 'filler', n, '', '',"
                                                + " n::text::bytea, convert_to(repeat('x', 1500), 'UTF8') FROM generate_series(1, 20000) n"))
                .hasMessageContaining("could not extend file");
        awaitFailures(20);
        postgres().limitFiles(0);
        account.awaitMore(200);

        assertNothingIsMissing();
    }
}
