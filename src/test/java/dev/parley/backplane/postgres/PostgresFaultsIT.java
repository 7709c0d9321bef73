package dev.parley.backplane.postgres;

import dev.parley.backplane.Backplane;
import dev.parley.backplane.EngineProcess;
import dev.parley.backplane.FaultContract;
import dev.parley.backplane.engine.EngineBackplane;
import org.junit.jupiter.api.Tag;

@Tag("standalone") // no server is needed, so once is enough
final class PostgresFaultsIT extends FaultContract {
    @Override
    protected EngineProcess startEngine() throws Exception {
        return PostgresServer.launch();
    }

    @Override
    protected Backplane node(String address) {
        return PostgresEngine.start(address, 100_000, new EngineBackplane.Timing(CHECK, LEASE), "");
    }
}
