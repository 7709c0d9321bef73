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
     *
     * <p>Whoever listens is told a long entry's existence only: what is published waits, whole, in a buffer for each of them.
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
            if #ARGV[4] > 65536 then
              redis.call('PUBLISH', ARGV[6], 'G')
            else
              redis.call('PUBLISH', ARGV[6], 'E' .. stored .. ' ' .. ms .. ' ' .. ARGV[4])
            end
            return stored
            """;

    /**
     * Collects entries of a stream within bounds. Fetches as many at once as fit by the size of those before, so that a long
     * log is not copied in order to look at its sizes. ARGV entries, bytes, 1 if one entry may be longer.
     */
    private static final String COLLECT = """
            local limit, bytes, one = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
            local entries, used, more, at = {}, 0, 0, false
            local function collect(command, from, to, except)
              local step = 1
              while true do
                local part = redis.call(command, KEYS[2], from, to, 'COUNT', step)
                for _, entry in ipairs(part) do
                  if entry[1] == except then
                    at = entry[2][4]
                  else
                    local size = #entry[2][8]
                    if #entries >= limit or (used + size > bytes and not (one and #entries == 0)) then
                      more = 1
                      return
                    end
                    used = used + size
                    entries[#entries + 1] = entry
                  end
                end
                if #part < step then return end
                from = '(' .. part[#part][1]
                step = math.floor((bytes - used) * #entries / math.max(used, 1))
                step = math.max(1, math.min(64, step, limit - #entries + 1))
              end
            end
            """;

    /**
     * KEYS meta, stream. ARGV those of {@link #COLLECT}, then seq and epoch of what is asked. Gives the meta values, the oldest
     * entry's id, the message at that seq, entries after it, and 1 if there are more.
     */
    static final String READ = COLLECT + """
            local m = redis.call('HMGET', KEYS[1], 's', 'e', 'i', 'z:' .. ARGV[5])
            local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
            local id = ARGV[4] .. '-0'
            collect('XRANGE', ARGV[4] == '0' and '-' or id, '+', id)
            return {m[1], m[2], m[3], m[4], first[1] and first[1][1] or false, at, entries, more}
            """;

    /**
     * KEYS meta, stream. ARGV those of {@link #COLLECT}, then the seq of the last one wanted. Gives the meta values, entries from
     * there backwards, and 1 if there are more.
     */
    static final String READ_BEFORE = COLLECT + """
            local m = redis.call('HMGET', KEYS[1], 's', 'e', 'i')
            if ARGV[4] ~= '0' and limit > 0 then collect('XREVRANGE', ARGV[4] .. '-0', '-', '') end
            return {m[1], m[2], m[3], entries, more}
            """;

    /** KEYS meta, stream. Forgets the entries, keys of drafts aside. Gives the meta values, which say where the log ends. */
    static final String PURGE = """
            redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
            return redis.call('HMGET', KEYS[1], 's', 'e', 'i')
            """;

    /**
     * KEYS nodes. ARGV node, milliseconds. Gives 1 if the lease was there. Runs although the memory is full: nobody dies of
     * that.
     */
    static final String RENEW = """
            #!lua flags=allow-oom
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

    /**
     * KEYS present, told. ARGV seconds. Gives how many users had been told of, whom of them nobody sees any more, and who is new, and
     * notes it. What nobody asks for any more is forgotten one day.
     */
    static final String TURNOUT = """
            local now = {}
            for _, user in ipairs(redis.call('HVALS', KEYS[1])) do now[user] = true end
            local told = redis.call('HKEYS', KEYS[2])
            local left, joined = {}, {}
            for _, user in ipairs(told) do
              if now[user] then
                now[user] = nil
              else
                left[#left + 1] = user
              end
            end
            for user in pairs(now) do joined[#joined + 1] = user end
            for _, user in ipairs(joined) do redis.call('HSET', KEYS[2], user, '') end
            for _, user in ipairs(left) do redis.call('HDEL', KEYS[2], user) end
            redis.call('EXPIRE', KEYS[2], ARGV[1])
            return {#told, left, joined}
            """;

    static final List<String> ALL =
            List.of(APPEND, READ, READ_BEFORE, PURGE, RENEW, ENTER, LEAVE, EXPIRED, BURY, TURNOUT);
}
