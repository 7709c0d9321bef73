package dev.parley.backplane.memory;

import dev.parley.backplane.ClusterContract;
import dev.parley.node.Budget;
import java.time.Clock;

final class MemoryClusterTest extends ClusterContract {
    @Override
    protected Nodes start(int entriesPerRoom) {
        MemoryBackplane shared = new MemoryBackplane(entriesPerRoom, Clock.systemUTC(), new Budget(Long.MAX_VALUE));
        return new Nodes(shared, shared);
    }
}
