package dev.parley.backplane.redis;

import java.util.List;

/** What runs inside Redis. Each script is atomic. */
final class Scripts {
    private Scripts() {}

    /**
     * KEYS meta, stream, key. ARGV run, nonce, message, bytes, entries kept, channel, key's seconds, stream's seconds, meta's
     * seconds. Gives {@code epoch seq message} of what stands under the key.
     *
     * <p>The epoch begins with the server's run id: after a restart or failover the first append of a room begins a new epoch
     * and notes where the former one ended, which is before what was lost. It ends with a nonce, so that a log that was
     * deleted does not come back under the same epoch.
     */
    static final String APPEND = """
            local known = redis.call('GET', KEYS[3])
            if known then return known end
            local m = redis.call('HMGET', KEYS[1], 's', 'e')
            local e = m[2]
            if not e or string.sub(e, 1, #ARGV[1]) ~= ARGV[1] then
              local fresh = ARGV[1] .. '.' .. ARGV[2]
              redis.call('HSET', KEYS[1], 'e', fresh)
              if e then
                local fields = redis.call('HKEYS', KEYS[1])
                if #fields > 11 then
                  for _, f in ipairs(fields) do
                    if string.sub(f, 1, 2) == 'z:' then redis.call('HDEL', KEYS[1], f) end
                  end
                end
                redis.call('HSET', KEYS[1], 'z:' .. e, m[1])
              end
              e = fresh
            end
            local s = redis.call('HINCRBY', KEYS[1], 's', 1)
            redis.call('HSET', KEYS[1], 'i', ARGV[3])
            local t = redis.call('TIME')
            local ms = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
            redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], s .. '-0', 'e', e, 'i', ARGV[3], 't', ms, 'd', ARGV[4])
            local stored = e .. ' ' .. s .. ' ' .. ARGV[3]
            redis.call('SET', KEYS[3], stored, 'EX', ARGV[7])
            redis.call('EXPIRE', KEYS[2], ARGV[8])
            redis.call('EXPIRE', KEYS[1], ARGV[9])
            redis.call('PUBLISH', ARGV[6], 'E' .. stored .. ' ' .. ms .. ' ' .. ARGV[4])
            return stored
            """;

    /**
     * KEYS meta, stream. ARGV epoch, seq and limit of what is asked. Gives the meta values, the oldest entry's id, and entries
     * from that seq on, itself included.
     */
    static final String READ = """
            local m = redis.call('HMGET', KEYS[1], 's', 'e', 'i', 'z:' .. ARGV[1])
            local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
            local entries = redis.call('XRANGE', KEYS[2], ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])
            return {m[1], m[2], m[3], m[4], first[1] and first[1][1] or false, entries}
            """;

    /** KEYS meta, stream. Forgets the entries, keys of drafts aside. Gives the meta values, which say where the log ends. */
    static final String PURGE = """
            redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
            return redis.call('HMGET', KEYS[1], 's', 'e', 'i')
            """;

    /** KEYS nodes. ARGV node, milliseconds. Gives 1 if the lease was there. */
    static final String RENEW = """
            local t = redis.call('TIME')
            local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
            redis.call('ZADD', KEYS[1], t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[2], ARGV[1])
            return known and 1 or 0
            """;

    /**
     * KEYS nodes, node, present. ARGV node's name, place, farewell, here, user, channel. Refuses if the node has no
     * lease, because nobody would ever take the member off.
     */
    static final String ENTER = """
            if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return redis.error_reply('NOLEASE') end
            redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
            redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
            redis.call('PUBLISH', ARGV[6], 'P')
            return 1
            """;

    /** KEYS node, present. ARGV place, here, channel. */
    static final String LEAVE = """
            redis.call('HDEL', KEYS[1], ARGV[1])
            redis.call('HDEL', KEYS[2], ARGV[2])
            redis.call('PUBLISH', ARGV[3], 'P')
            return 1
            """;

    /** KEYS nodes. Gives the nodes whose lease has run out. */
    static final String EXPIRED = """
            local t = redis.call('TIME')
            return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', t[1] * 1000 + math.floor(t[2] / 1000))
            """;

    /** KEYS nodes. ARGV node, what all keys begin with, 1 if its lease need not have run out, prefix of channels. */
    static final String BURY = """
            local t = redis.call('TIME')
            local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
            if ARGV[3] ~= '1' and (not score or tonumber(score) > t[1] * 1000 + math.floor(t[2] / 1000)) then
              return 0
            end
            local own = ARGV[2] .. 'node:' .. ARGV[1]
            local rooms = {}
            for _, place in ipairs(redis.call('HKEYS', own)) do
              local room, connection = string.match(place, '^(%S+) (.*)$')
              redis.call('HDEL', ARGV[2] .. 'room:' .. room, ARGV[1] .. ' ' .. connection)
              rooms[room] = true
            end
            redis.call('DEL', own)
            redis.call('ZREM', KEYS[1], ARGV[1])
            for room in pairs(rooms) do redis.call('PUBLISH', ARGV[4] .. room, 'P') end
            return 1
            """;

    static final List<String> ALL = List.of(APPEND, READ, PURGE, RENEW, ENTER, LEAVE, EXPIRED, BURY);
}
