-- Called when a process begins to use the log. Returns the log's epoch and its latest number.
--
-- A server that restarts, or a replica that becomes the master, may lack the latest events. The
-- first process that finds another run of the server therefore skips numbers, so that no number is
-- assigned twice. If a process has seen one of the skipped numbers, the log has lost events, and
-- the process replaces the log.
--
-- KEYS: log (hash: epoch, last, minute, run), cuts (sorted set: for each change of the run, the
--       latest number before it, scored by the last number that was skipped)
-- ARGV: a random epoch for a new log, the server's run, the epoch that the process knows or an
--       empty string, the latest number that it has seen of that epoch, how many numbers to skip
local log, cuts = KEYS[1], KEYS[2]
local fresh, run, known = ARGV[1], ARGV[2], ARGV[3]
local seen, left_out = tonumber(ARGV[4]), tonumber(ARGV[5])

local function replace()
  redis.call('DEL', log, cuts)
  redis.call('HSET', log, 'epoch', fresh, 'last', 0, 'run', run)
  return { fresh, 0 }
end

local epoch = redis.call('HGET', log, 'epoch')
if not epoch then return replace() end

local last = tonumber(redis.call('HGET', log, 'last') or '0')
if redis.call('HGET', log, 'run') ~= run then
  local before = string.format('%.0f', last)
  last = last + left_out
  redis.call('ZADD', cuts, string.format('%.0f', last), before)
  redis.call('ZREMRANGEBYRANK', cuts, 0, -1001)
  redis.call('HSET', log, 'run', run, 'last', string.format('%.0f', last))
end

if known == epoch then
  local cut = redis.call('ZRANGEBYSCORE', cuts, ARGV[4], '+inf', 'LIMIT', 0, 1)[1]
  if seen > last or (cut and tonumber(cut) < seen) then return replace() end
end
return { epoch, last }
