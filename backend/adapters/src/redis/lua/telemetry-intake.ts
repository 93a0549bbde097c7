// Takes batches of telemetry in: refuses duplicates, replays and strays, appends the rest to the stream.
import { script } from '../script';

/**
 * KEYS stream, then three for each batch: session, timings of the person now and before.
 * ARGV cap, order window, seconds that a session is remembered, seconds that a timing is remembered; then for each
 * batch: sequence number, nonce, identity, timing ('' when the batch says too little), envelope. Nonce, identity and
 * timing are 64-bit numbers in decimal: sets of such numbers are plain sorted arrays in Redis as long as they are
 * small, a tenth of the memory of anything else that finds a member at once.
 *
 * The nonces and identities of a session lie in one set each for so many batches; the current set and the one before
 * are asked, so that at least the last 512 batches are known. The caller spreads timings over sets.
 * Answers for each batch the entry id, or `duplicate`, `replayed`, `out-of-order`, `back-pressure`.
 */
export const intakeScript = script(`
local MOST_IN_SET = 512
local stream, cap, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local room = cap - redis.call('XLEN', stream)

local function take(session, now, before, seq, nonce, identity, timing, envelope)
  local known = redis.call('HMGET', session, 'high', 'count')
  local high, count = tonumber(known[1]), tonumber(known[2]) or 0
  local set = math.floor(count / MOST_IN_SET)
  local nonces, batches = session .. ':nonces:', session .. ':batches:'
  for s = set, math.max(set - 1, 0), -1 do
    if redis.call('SISMEMBER', nonces .. s, nonce) == 1 then
      return redis.call('SISMEMBER', batches .. s, identity) == 1 and 'duplicate' or 'replayed'
    end
  end
  if high and (seq <= high - window or seq > high + window) then return 'out-of-order' end
  if timing ~= '' then
    if redis.call('SISMEMBER', now, timing) == 1 or redis.call('SISMEMBER', before, timing) == 1 then
      return 'replayed'
    end
  end
  if room <= 0 then return 'back-pressure' end
  room = room - 1

  redis.call('HSET', session, 'high', math.max(high or 0, seq), 'count', count + 1)
  redis.call('SADD', nonces .. set, nonce)
  redis.call('SADD', batches .. set, identity)
  if count % 64 == 0 then
    for _, key in ipairs({session, nonces .. set, batches .. set}) do redis.call('EXPIRE', key, ARGV[3]) end
    if count % MOST_IN_SET == 0 then redis.call('DEL', nonces .. (set - 2), batches .. (set - 2)) end
  end
  if timing ~= '' then
    local size = redis.call('SCARD', now)
    if size >= MOST_IN_SET then redis.call('SPOP', now) end
    redis.call('SADD', now, timing)
    if size == 0 then redis.call('EXPIRE', now, ARGV[4]) end
  end
  return redis.call('XADD', stream, '*', 'message', envelope)
end

local answers = {}
local k = 2
for a = 5, #ARGV, 5 do
  answers[#answers + 1] = take(KEYS[k], KEYS[k + 1], KEYS[k + 2],
    tonumber(ARGV[a]), ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4])
  k = k + 3
end
return answers
`);
