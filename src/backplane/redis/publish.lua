-- Publishes one event: takes the next number, appends the event to the log of its subject, and
-- tells the subject's followers, all at once. Returns the number, or what the same publication got
-- when it was sent before.
--
-- KEYS: log (hash: epoch, last, minute), node (hash: numbers of recent publications), stream, clock,
--       and perhaps the stream of all topics of the broker
-- ARGV: a random epoch for a new log, the node's number of this publication, whether the stream
--       keeps the event (1 or 0), payload, most events in the stream, milliseconds that the stream
--       is kept, the pub/sub channel, and perhaps that of all topics
local log, node, stream, clock, all = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local epoch, own, kept, payload = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4]
local most, retain, channel = ARGV[5], tonumber(ARGV[6]), ARGV[7]

local before = redis.call('HGET', node, own)
if before then return tonumber(before) end

if redis.call('HSETNX', log, 'epoch', epoch) == 0 then epoch = redis.call('HGET', log, 'epoch') end
local number = redis.call('HINCRBY', log, 'last', 1)

-- Where the log was at the beginning of each minute: a subject without a stream has published
-- nothing for as long as streams are kept.
local minute = math.floor(tonumber(redis.call('TIME')[1]) / 60)
if tonumber(redis.call('HGET', log, 'minute') or '0') < minute then
  redis.call('HSET', log, 'minute', minute)
  redis.call('ZADD', clock, minute, number)
  redis.call('ZREMRANGEBYSCORE', clock, '-inf', minute - math.ceil(retain / 60000) - 2)
end

local function append(stream, channel)
  local latest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  local previous = latest and string.match(latest[1], '^%d+') or '0'
  if kept then
    redis.call('XADD', stream, 'MAXLEN', '~', most, number .. '-0', 'p', previous, 'e', payload)
    redis.call('PEXPIRE', stream, retain)
  end
  redis.call('PUBLISH', channel, table.concat({ epoch, number, previous, payload }, ' '))
end
append(stream, channel)
if all then append(all, ARGV[8]) end

redis.call('HSET', node, own, number)
redis.call('HDEL', node, tonumber(own) - 1024)
redis.call('PEXPIRE', node, 600000)
return number
