-- Publishes a batch of events atomically and in order. For each event: takes the next number,
-- appends the event to the stream of its subject, and notifies the subject's followers. Returns a
-- number for each event: the new one, or the one that the same publication got when it was sent
-- before, or 0 if that is no longer known. For an event that Redis refuses, the result is a text.
--
-- KEYS: log (hash: epoch, last, minute), node (hash: the latest accepted publication, and the
--       numbers of recent ones), clock, and two streams for each event: the stream of its subject,
--       and the stream of all topics, or the same one again
-- ARGV: epoch, maximum events in a stream, retention of a stream in milliseconds, PUBLISH or
--       SPUBLISH; then for each event the node's number of the publication, whether the stream
--       keeps the event (1 or 0), the payload, and the pub/sub channels of the two streams
local log, node, clock = KEYS[1], KEYS[2], KEYS[3]
local epoch, most, retain, publish = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]

if redis.call('HGET', log, 'epoch') ~= epoch then
  return redis.error_reply('REPLACED the log was replaced')
end

-- Remember the first number of each minute: a subject without a stream has published nothing within
-- the retention of streams.
local minute = math.floor(tonumber(redis.call('TIME')[1]) / 60)
if tonumber(redis.call('HGET', log, 'minute') or '0') < minute then
  local first = tonumber(redis.call('HGET', log, 'last') or '0') + 1
  redis.call('HSET', log, 'minute', minute)
  redis.call('ZADD', clock, minute, string.format('%.0f', first))
  redis.call('ZREMRANGEBYSCORE', clock, '-inf', minute - math.ceil(retain / 60000) - 2)
  redis.call('PEXPIRE', clock, retain + 180000)
end

-- `latest`: the latest entry of the stream.
local function append(stream, latest, number, kept, payload, channel)
  local previous = latest[1] and string.match(latest[1][1], '^%d+') or '0'
  if kept then
    redis.call('XADD', stream, 'MAXLEN', '~', most, number .. '-0', 'p', previous, 'e', payload)
    redis.call('PEXPIRE', stream, retain)
  end
  redis.call(publish, channel, table.concat({ epoch, number, previous, payload }, ' '))
end

local done = tonumber(redis.call('HGET', node, 'done') or '0')
local answers = {}
for event = 1, (#KEYS - 3) / 2 do
  local stream, all, at = KEYS[2 * event + 2], KEYS[2 * event + 3], 5 * event - 1
  local own, kept, payload = tonumber(ARGV[at + 1]), ARGV[at + 2] == '1', ARGV[at + 3]
  if own <= done then
    local before = redis.call('HGET', node, own)
    answers[event] = tonumber(before or '0') or before
  else
    local latest = redis.pcall('XREVRANGE', stream, '+', '-', 'COUNT', 1)
    local result = latest.err
    if not result then
      result = redis.call('HINCRBY', log, 'last', 1)
      local number = string.format('%.0f', result)
      append(stream, latest, number, kept, payload, ARGV[at + 4])
      if all ~= stream then
        local before = redis.call('XREVRANGE', all, '+', '-', 'COUNT', 1)
        append(all, before, number, kept, payload, ARGV[at + 5])
      end
    end
    redis.call('HSET', node, own, result, 'done', own)
    redis.call('HDEL', node, own - 1024)
    done = own
    answers[event] = result
  end
end
redis.call('PEXPIRE', node, 600000)
return answers
