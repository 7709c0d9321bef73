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

    /** As {@link #APPEND}, if there is a key, of the same room, that is added to ARGV; else it gives nothing. */
    static final String APPEND_AFTER = """
            if not (redis.call('GET', KEYS[3]) or redis.call('GET', ARGV[10])) then return false end
            """ + APPEND;

    /** Keys and arguments of {@link #APPEND} for each of several rooms on one server, all keys first. Gives what it gives for each. */
    static final String APPEND_TOGETHER = """
            local function append(KEYS, ARGV)
            """ + APPEND + """
            end
            local rooms = #KEYS / 3
            local each = #ARGV / rooms
            local all = {}
            for i = 0, rooms - 1 do
              local keys, arguments = {}, {}
              for k = 1, 3 do keys[k] = KEYS[3 * i + k] end
              for a = 1, each do arguments[a] = ARGV[each * i + a] end
              all[i + 1] = append(keys, arguments)
            end
            return all
            """;

    /**
     * KEYS and ARGV those of {@link #APPEND}, of what tells of it, to which the place of the erased one is added; then the id of the
     * message to erase, and what is to stand in its place. Gives 0 if there is no such message.
     *
     * <p>The stream is written anew, because what is deleted in the middle of one stays in its memory and in its dumps.
     */
    static final String ERASE = """
            local all, found, from = {}, nil, '-'
            repeat
              local part = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', 100)
              for _, entry in ipairs(part) do
                all[#all + 1] = entry
                if entry[2][4] == ARGV[10] then found = entry end
                from = '(' .. entry[1]
              end
            until #part < 100
            if not found then return 0 end
            if string.sub(found[2][8], 7, 14) == 'erasure:' then return 1 end
            found[2][8] = ARGV[11]
            redis.call('DEL', KEYS[2])
            for _, entry in ipairs(all) do redis.call('XADD', KEYS[2], entry[1], unpack(entry[2])) end
            ARGV[4] = ARGV[4] .. string.match(found[1], '%d+') .. ' ' .. ARGV[10]
            """ + APPEND;

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
     * Finds the oldest entry that is to be kept. ARGV 5 entries, 6 milliseconds, 7 bytes; each empty if it does not count. Looks at
     * entries that are too old and at as many bytes as are kept.
     */
    private static final String OLDEST = """
            local function walk(command, from, to, isDone)
              local step = 1
              while true do
                local part = redis.call(command, KEYS[2], from, to, 'COUNT', step)
                for _, entry in ipairs(part) do
                  if isDone(entry) then return entry[1] end
                  from = '(' .. entry[1]
                end
                if #part < step then return false end
                step = 64
              end
            end
            local function age(entry)
              local t = redis.call('TIME')
              return t[1] * 1000 + math.floor(t[2] / 1000) - tonumber(entry[2][6])
            end
            local function oldest(top)
              local from = '-'
              if ARGV[5] ~= '' and top then
                from = string.format('%.0f-0', math.max(1, tonumber(top) - tonumber(ARGV[5]) + 1))
              end
              if ARGV[7] ~= '' then
                local used = 0
                local beyond = walk('XREVRANGE', '+', from, function(entry)
                  used = used + #entry[2][8]
                  return used > tonumber(ARGV[7])
                end)
                from = beyond and '(' .. beyond or from
              end
              return walk('XRANGE', from, '+', function(entry)
                return ARGV[6] == '' or age(entry) <= tonumber(ARGV[6])
              end)
            end
            """;

    /**
     * KEYS meta, stream. ARGV those of {@link #COLLECT}, then the seq of what is asked, those of {@link #OLDEST}, and its epoch. Gives
     * the meta values, the id of the oldest entry that is kept, the message at that seq, entries after it, and 1 if there are more.
     */
    static final String READ = COLLECT + OLDEST + """
            local m = redis.call('HMGET', KEYS[1], 's', 'e', 'i', 'z:' .. ARGV[8])
            local id = ARGV[4] .. '-0'
            collect('XRANGE', ARGV[4] == '0' and '-' or id, '+', id)
            return {m[1], m[2], m[3], m[4], oldest(m[1]), at, entries, more}
            """;

    /**
     * KEYS meta, stream. ARGV those of {@link #COLLECT}, then the seq of the last one wanted, and those of {@link #OLDEST}. Gives the
     * meta values, entries from there backwards, and 1 if there are more.
     */
    static final String READ_BEFORE = COLLECT + OLDEST + """
            local m = redis.call('HMGET', KEYS[1], 's', 'e', 'i')
            if ARGV[4] ~= '0' and limit > 0 then
              local first = oldest(m[1])
              if first then collect('XREVRANGE', ARGV[4] .. '-0', first, '') end
            end
            return {m[1], m[2], m[3], entries, more}
            """;

    /**
     * KEYS meta, stream. ARGV 1 how old in milliseconds what is deleted is at least, 2 whether anything goes by age alone; 3 the
     * stream's seconds, 4 nothing; then those of {@link #OLDEST}. Gives in how many milliseconds there will be more to delete although
     * nobody says anything more; -1 if never.
     *
     * <p>A stream's entries lie in nodes of up to a hundred, and Redis deletes the first ones of a node by a mark. So what is left is
     * written anew where it is that short; else the rest of one node stays until what is behind it goes, too.
     *
     * <p>What is kept by age goes as a whole when the last of it is too old, if no node is there any more to delete it, and the numbers a
     * month later.
     */
    static final String TRIM = OLDEST + """
            local first = oldest(redis.call('HMGET', KEYS[1], 's')[1])
            local more = -1
            local young = walk('XRANGE', '-', '+', function(entry)
              local isKept = entry[1] == first
              if not isKept and age(entry) >= tonumber(ARGV[1]) then return false end
              local life = isKept and ARGV[6] or ARGV[1]
              if life ~= '' then more = math.max(0, tonumber(life) - age(entry)) end
              return true
            end)
            local deleted = young and redis.call('XTRIM', KEYS[2], 'MINID', young) or redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
            local kept = deleted > 0 and redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 101) or {}
            if #kept > 0 and #kept <= 100 then
              redis.call('DEL', KEYS[2])
              for _, entry in ipairs(kept) do redis.call('XADD', KEYS[2], entry[1], unpack(entry[2])) end
              redis.call('EXPIRE', KEYS[2], ARGV[3])
            end
            local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
            if not last then return -1 end
            if ARGV[2] == '1' then
              local rest = math.ceil(math.max(0, tonumber(ARGV[6]) - age(last)) / 1000) + 60
              redis.call('EXPIRE', KEYS[2], rest)
              redis.call('EXPIRE', KEYS[1], rest + 2592000)
            end
            return more
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
     * KEYS nodes, node, present, statuses. ARGV node's name, place, farewell, here, user, channel, status or nothing, what the channel is
     * told. Refuses if the node has no lease, because nobody would ever take the member off.
     */
    static final String ENTER = """
            if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return redis.error_reply('NOLEASE') end
            redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
            redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
            if ARGV[7] == '' then
              redis.call('HDEL', KEYS[4], ARGV[4])
            else
              redis.call('HSET', KEYS[4], ARGV[4], ARGV[7])
            end
            redis.call('PUBLISH', ARGV[6], ARGV[8])
            return 1
            """;

    /** KEYS node, present, statuses. ARGV place, here, channel, what it is told. */
    static final String LEAVE = """
            redis.call('HDEL', KEYS[1], ARGV[1])
            redis.call('HDEL', KEYS[2], ARGV[2])
            redis.call('HDEL', KEYS[3], ARGV[2])
            redis.call('PUBLISH', ARGV[3], ARGV[4])
            return 1
            """;

    /** KEYS present, statuses. Gives connection, user and status, which may be nothing, of each member. */
    static final String MEMBERS = """
            local known = {}
            local said = redis.call('HGETALL', KEYS[2])
            for i = 1, #said, 2 do known[said[i]] = said[i + 1] end
            local members = redis.call('HGETALL', KEYS[1])
            local all = {}
            for i = 1, #members, 2 do
              all[#all + 1] = members[i]
              all[#all + 1] = members[i + 1]
              all[#all + 1] = known[members[i]] or ''
            end
            return all
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
              redis.call('HDEL', ARGV[2] .. 'status:' .. room, ARGV[1] .. ' ' .. connection)
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

    static final List<String> ALL = List.of(
            APPEND,
            APPEND_AFTER,
            APPEND_TOGETHER,
            ERASE,
            READ,
            READ_BEFORE,
            TRIM,
            PURGE,
            RENEW,
            ENTER,
            LEAVE,
            MEMBERS,
            EXPIRED,
            BURY,
            TURNOUT);
}
