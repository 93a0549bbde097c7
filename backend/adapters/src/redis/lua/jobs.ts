// Steps of the life of jobs, each atomic in Redis and taking many jobs at once.
//
// A job is a hash: s state, a attempt, w worker, l end of its lease, c asked to stop, o order (JSON), q queue,
// t0 started, t1 ended, d due, r result, e error, p progress. Times are milliseconds since 1970.
// KEYS[1] and KEYS[2] are the sorted sets of queued and of waiting jobs, KEYS[3…] the hashes.

/** ARGV: ttl, then per job: id, order, queue, enqueued. What is known already is left alone. */
export const ENQUEUED = `
for i = 3, #KEYS do
  local at = 2 + (i - 3) * 4
  if redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('HSET', KEYS[i], 's', 'queued', 'a', '1', 'o', ARGV[at + 1], 'q', ARGV[at + 2])
    redis.call('EXPIRE', KEYS[i], ARGV[1])
    redis.call('ZADD', KEYS[1], ARGV[at + 3], ARGV[at])
  end
end
return 1`;

/** ARGV: ttl, now, lease end, then per job: id, attempt, order, queue, worker. Answers a claim for each. */
export const CLAIM = `
local answers = {}
for i = 3, #KEYS do
  local at = 4 + (i - 3) * 5
  local key, id, attempt = KEYS[i], ARGV[at], tonumber(ARGV[at + 1])
  local known = redis.call('HMGET', key, 's', 'a', 'w', 'l')
  local state = known[1]
  local verdict = 'run'
  if state == 'succeeded' or state == 'failed' then verdict = 'done'
  elseif state == 'cancelled' then verdict = 'cancelled'
  elseif known[2] and tonumber(known[2]) > attempt then verdict = 'stale'
  elseif state == 'active' and tonumber(known[4]) > tonumber(ARGV[2]) then
    verdict = known[3] == ARGV[at + 4] and 'mine' or 'held'
  end
  if verdict == 'run' then
    redis.call('HSET', key, 's', 'active', 'a', attempt, 'w', ARGV[at + 4], 'l', ARGV[3], 't0', ARGV[2],
      'o', ARGV[at + 2], 'q', ARGV[at + 3])
    redis.call('HDEL', key, 'd', 'p', 'c')
    redis.call('EXPIRE', key, ARGV[1])
    if state == 'queued' then redis.call('ZREM', KEYS[1], id)
    elseif state == 'waiting' then redis.call('ZREM', KEYS[2], id) end
  end
  answers[#answers + 1] = verdict
end
return answers`;

/** ARGV: per job: id, attempt, worker, state, ended, due, result, error, ttl. Answers 1 where the claim held, else 0. */
export const SETTLE = `
local answers = {}
for i = 3, #KEYS do
  local at = 1 + (i - 3) * 9
  local key, id, attempt, state = KEYS[i], ARGV[at], ARGV[at + 1], ARGV[at + 3]
  local known = redis.call('HMGET', key, 's', 'a', 'w')
  if known[1] == 'active' and known[2] == attempt and known[3] == ARGV[at + 2] then
    if state == 'waiting' then
      redis.call('HSET', key, 's', state, 'a', attempt + 1, 't1', ARGV[at + 4], 'd', ARGV[at + 5], 'e', ARGV[at + 7])
      redis.call('ZADD', KEYS[2], ARGV[at + 5], id)
    else
      redis.call('HSET', key, 's', state, 't1', ARGV[at + 4])
      if ARGV[at + 6] ~= '' then redis.call('HSET', key, 'r', ARGV[at + 6]) end
      if ARGV[at + 7] ~= '' then redis.call('HSET', key, 'e', ARGV[at + 7]) end
    end
    redis.call('EXPIRE', key, ARGV[at + 8])
    answers[#answers + 1] = 1
  else
    answers[#answers + 1] = 0
  end
end
return answers`;

/** ARGV: worker, lease end. Answers for each hash 0 lost, 1 held, 2 held and asked to stop. */
export const RENEW = `
local answers = {}
for i = 3, #KEYS do
  local known = redis.call('HMGET', KEYS[i], 's', 'w', 'c')
  if known[1] == 'active' and known[2] == ARGV[1] then
    redis.call('HSET', KEYS[i], 'l', ARGV[2])
    answers[#answers + 1] = known[3] and 2 or 1
  else
    answers[#answers + 1] = 0
  end
end
return answers`;

/** ARGV: worker, now, then per job its id. Gives claims back. */
export const RELEASE = `
for i = 3, #KEYS do
  local known = redis.call('HMGET', KEYS[i], 's', 'w')
  if known[1] == 'active' and known[2] == ARGV[1] then
    redis.call('HSET', KEYS[i], 's', 'queued', 'l', '0')
    redis.call('ZADD', KEYS[1], ARGV[2], ARGV[i])
  end
end
return 1`;

/** ARGV: id, now, ttl. Answers cancelled, asked, over or unknown. */
export const CANCEL = `
local state = redis.call('HGET', KEYS[3], 's')
if not state then return 'unknown' end
if state == 'queued' or state == 'waiting' then
  redis.call('HSET', KEYS[3], 's', 'cancelled', 't1', ARGV[2])
  redis.call('EXPIRE', KEYS[3], ARGV[3])
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  return 'cancelled'
end
if state == 'active' then
  redis.call('HSET', KEYS[3], 'c', '1')
  return 'asked'
end
return 'over'`;
