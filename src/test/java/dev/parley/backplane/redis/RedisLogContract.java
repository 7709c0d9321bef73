package dev.parley.backplane.redis;

import dev.parley.backplane.BackplaneContract;

/** What every log that is kept in streams does, whichever server has them. */
abstract class RedisLogContract extends BackplaneContract {
    /** A stream is trimmed by whole pieces of a hundred entries. */
    @Override
    protected final int trimsLateBy() {
        return 100;
    }
}
