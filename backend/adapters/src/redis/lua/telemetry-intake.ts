// Takes batches of telemetry in: refuses duplicates, replays and strays, appends the rest to the stream.
import { script } from '../script';

/**
 * KEYS stream, then four for each batch: session, nonces of the session, timings of the person now and before.
 * ARGV cap, order window, seconds that a session is remembered, seconds that a timing is remembered; then for each
 * batch: sequence number, nonce, digest, timing (decimal 64-bit number, '' when the batch says too little), envelope.
 * Answers for each batch the entry id, or `duplicate`, `replayed`, `out-of-order`, `back-pressure`.
 *
 * The nonces are a ring of fixed records (nonce 22, digest 22, sequence number 10 characters) in one string, as many as the
 * order window has places: a tenth of the memory of a hash. Timings are sets of numbers, kept by Redis as plain
 * sorted arrays; the caller spreads them over keys, so that each stays small.
 */
export const intakeScript = script(`
local RECORD, NONCE = 54, 22
local MOST_TIMINGS = 512
local stream, cap, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local room = cap - redis.call('XLEN', stream)

local function seenBefore(ring, nonce, record)
  local from = 1
  while true do
    local at = string.find(ring, nonce, from, true)
    if not at then return nil end
    if (at - 1) % RECORD == 0 then
      return string.sub(ring, at, at + RECORD - 1) == record and 'duplicate' or 'replayed'
    end
    from = at + 1
  end
end

local function take(session, nonces, now, before, seq, nonce, digest, timing, envelope)
  local record = nonce .. digest .. string.format('%010d', seq)
  local ring = redis.call('GET', nonces)
  local seen = ring and seenBefore(ring, nonce, record)
  if seen then return seen end
  local known = redis.call('HMGET', session, 'high', 'count')
  local high, count = tonumber(known[1]), tonumber(known[2]) or 0
  if high and (seq <= high - window or seq > high + window) then return 'out-of-order' end
  if timing ~= '' then
    if redis.call('SISMEMBER', now, timing) == 1 or redis.call('SISMEMBER', before, timing) == 1 then
      return 'replayed'
    end
  end
  if room <= 0 then return 'back-pressure' end
  room = room - 1

  redis.call('SETRANGE', nonces, (count % window) * RECORD, record)
  redis.call('HSET', session, 'high', math.max(high or 0, seq), 'count', count + 1)
  if count % 60 == 0 then
    redis.call('EXPIRE', session, ARGV[3])
    redis.call('EXPIRE', nonces, ARGV[3])
  end
  if timing ~= '' then
    local size = redis.call('SCARD', now)
    if size >= MOST_TIMINGS then redis.call('SPOP', now) end
    redis.call('SADD', now, timing)
    if size == 0 then redis.call('EXPIRE', now, ARGV[4]) end
  end
  return redis.call('XADD', stream, '*', 'message', envelope)
end

local answers = {}
local k = 2
for a = 5, #ARGV, 5 do
  answers[#answers + 1] = take(KEYS[k], KEYS[k + 1], KEYS[k + 2], KEYS[k + 3],
    tonumber(ARGV[a]), ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4])
  k = k + 4
end
return answers
`);
