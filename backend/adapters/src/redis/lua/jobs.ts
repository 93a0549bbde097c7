// Steps of the life of jobs, each atomic in Redis and taking many jobs at once.
//
// Jobs whose ids begin with the same quarter of a second share two hashes: their states (KEYS[3], KEYS[5] …; packed as
// job-record.ts says; the field `#` counts those that are not over for good) and their orders (KEYS[4], KEYS[6] …).
// KEYS[1] and KEYS[2] are the sorted sets of queued and of waiting jobs. ARGV has for each pair of hashes the number of
// its jobs, then what is told of them. One command then reads or writes all of them. Times are milliseconds since 1970.

/** Of a packed state: state, attempt, worker, end of the lease, started. */
const HEAD = `'^(%a+) (%d+) (%S+) (%d+) (%d+)'`;

/** ARGV: ttl, now, then per hash: count, ids, orders. What is known already is left alone. */
export const ENQUEUED = `
local at, met, set = 3, {}, {}
for b = 3, #KEYS, 2 do
  local n = tonumber(ARGV[at])
  local known = redis.call('HMGET', KEYS[b], unpack(ARGV, at + 1, at + n))
  local states, orders = {}, {}
  for i = 1, n do
    local id = ARGV[at + i]
    if not known[i] and not met[id] then
      met[id] = true
      states[#states + 1] = id
      states[#states + 1] = 'queued 1 - 0 0 0 0 0'
      orders[#orders + 1] = id
      orders[#orders + 1] = ARGV[at + n + i]
      set[#set + 1] = ARGV[2]
      set[#set + 1] = id
    end
  end
  if #states > 0 then
    redis.call('HSET', KEYS[b], unpack(states))
    redis.call('HSET', KEYS[b + 1], unpack(orders))
    redis.call('HINCRBY', KEYS[b], '#', #states / 2)
    redis.call('EXPIRE', KEYS[b], ARGV[1])
    redis.call('EXPIRE', KEYS[b + 1], ARGV[1])
  end
  at = at + 1 + 2 * n
end
if #set > 0 then redis.call('ZADD', KEYS[1], unpack(set)) end
return 1`;

/**
 * ARGV: ttl, now, lease end, worker, then per hash: count, ids, attempts. Answers a claim for each; `new` is a `run` of
 * a job that was not known, so that its order is still to be noted.
 */
export const CLAIM = `
local at, met, answers, queued, waiting = 5, {}, {}, {}, {}
for b = 3, #KEYS, 2 do
  local n = tonumber(ARGV[at])
  local known = redis.call('HMGET', KEYS[b], unpack(ARGV, at + 1, at + n))
  local states, new = {}, 0
  for i = 1, n do
    local id, attempt = ARGV[at + i], ARGV[at + n + i]
    local verdict = 'run'
    if met[id] then verdict = 'mine'
    elseif not known[i] then verdict = 'new'
    else
      local s, a, w, l = string.match(known[i], ${HEAD})
      if s == 'succeeded' or s == 'failed' then verdict = 'done'
      elseif s == 'cancelled' then verdict = 'cancelled'
      elseif tonumber(a) > tonumber(attempt) then verdict = 'stale'
      elseif s == 'active' and tonumber(l) > tonumber(ARGV[2]) then
        verdict = w == ARGV[4] and 'mine' or 'held'
      elseif s == 'queued' then queued[#queued + 1] = id
      else
        if s == 'waiting' then waiting[#waiting + 1] = id end
        redis.call('HDEL', KEYS[b], id .. ':p')
      end
    end
    if verdict == 'run' or verdict == 'new' then
      met[id] = true
      if verdict == 'new' then new = new + 1 end
      states[#states + 1] = id
      states[#states + 1] = 'active ' .. attempt .. ' ' .. ARGV[4] .. ' ' .. ARGV[3] .. ' ' .. ARGV[2] .. ' 0 0 0'
    end
    answers[#answers + 1] = verdict
  end
  if #states > 0 then
    redis.call('HSET', KEYS[b], unpack(states))
    if new > 0 then redis.call('HINCRBY', KEYS[b], '#', new) end
    redis.call('EXPIRE', KEYS[b], ARGV[1])
    redis.call('EXPIRE', KEYS[b + 1], ARGV[1])
  end
  at = at + 1 + 2 * n
end
if #queued > 0 then redis.call('ZREM', KEYS[1], unpack(queued)) end
if #waiting > 0 then redis.call('ZREM', KEYS[2], unpack(waiting)) end
return answers`;

/**
 * ARGV: ttl of states and of orders that are over, then per hash: count, and per job: id, attempt, worker, state, ended,
 * due, tail. Answers 1 where the claim held, else 0.
 */
export const SETTLE = `
local at, met, answers, waiting = 3, {}, {}, {}
for b = 3, #KEYS, 2 do
  local n = tonumber(ARGV[at])
  local ids, states, over = {}, {}, 0
  for i = 1, n do ids[i] = ARGV[at + 7 * i - 6] end
  local known = redis.call('HMGET', KEYS[b], unpack(ids))
  for i = 1, n do
    local id, from = ids[i], at + 7 * i - 6
    local s, a, w, _, t0
    if known[i] and not met[id] then s, a, w, _, t0 = string.match(known[i], ${HEAD}) end
    if s == 'active' and a == ARGV[from + 1] and w == ARGV[from + 2] then
      met[id] = true
      local state, ended, due = ARGV[from + 3], ARGV[from + 4], ARGV[from + 5]
      if state == 'waiting' then
        a = a + 1
        waiting[#waiting + 1] = due
        waiting[#waiting + 1] = id
      elseif state ~= 'failed' then over = over + 1 end
      states[#states + 1] = id
      states[#states + 1] = state .. ' ' .. a .. ' ' .. w .. ' 0 ' .. t0 .. ' ' .. ended .. ' ' .. due .. ' 0' .. ARGV[from + 6]
      answers[#answers + 1] = 1
    else
      answers[#answers + 1] = 0
    end
  end
  if #states > 0 then redis.call('HSET', KEYS[b], unpack(states)) end
  if over > 0 and redis.call('HINCRBY', KEYS[b], '#', -over) <= 0 then
    redis.call('EXPIRE', KEYS[b], ARGV[1])
    redis.call('EXPIRE', KEYS[b + 1], ARGV[2])
  end
  at = at + 1 + 7 * n
end
if #waiting > 0 then redis.call('ZADD', KEYS[2], unpack(waiting)) end
return answers`;

/** ARGV: worker, lease end, then per hash: count, ids. Answers for each 0 lost, 1 held, 2 held and asked to stop. */
export const RENEW = `
local at, answers = 3, {}
for b = 3, #KEYS, 2 do
  local n = tonumber(ARGV[at])
  local known = redis.call('HMGET', KEYS[b], unpack(ARGV, at + 1, at + n))
  local states = {}
  for i = 1, n do
    local a, w, rest
    if known[i] then a, w, rest = string.match(known[i], '^active (%d+) (%S+) %d+ (.*)$') end
    if w == ARGV[1] then
      states[#states + 1] = ARGV[at + i]
      states[#states + 1] = 'active ' .. a .. ' ' .. w .. ' ' .. ARGV[2] .. ' ' .. rest
      answers[#answers + 1] = string.match(rest, '^%d+ %d+ %d+ 1') and 2 or 1
    else
      answers[#answers + 1] = 0
    end
  end
  if #states > 0 then redis.call('HSET', KEYS[b], unpack(states)) end
  at = at + 1 + n
end
return answers`;

/** ARGV: worker, now, then per hash: count, ids. Gives claims back. */
export const RELEASE = `
local at, set = 3, {}
for b = 3, #KEYS, 2 do
  local n = tonumber(ARGV[at])
  local known = redis.call('HMGET', KEYS[b], unpack(ARGV, at + 1, at + n))
  local states = {}
  for i = 1, n do
    local a, w
    if known[i] then a, w = string.match(known[i], '^active (%d+) (%S+)') end
    if w == ARGV[1] then
      states[#states + 1] = ARGV[at + i]
      states[#states + 1] = 'queued ' .. a .. ' - 0 0 0 0 0'
      set[#set + 1] = ARGV[2]
      set[#set + 1] = ARGV[at + i]
    end
  end
  if #states > 0 then redis.call('HSET', KEYS[b], unpack(states)) end
  at = at + 1 + n
end
if #set > 0 then redis.call('ZADD', KEYS[1], unpack(set)) end
return 1`;

/** ARGV: id, now, ttl of states and of orders that are over. Answers cancelled, asked, over or unknown. */
export const CANCEL = `
local packed = redis.call('HGET', KEYS[3], ARGV[1])
if not packed then return 'unknown' end
local s, a, w, l, t0 = string.match(packed, ${HEAD})
if s == 'queued' or s == 'waiting' then
  redis.call('HSET', KEYS[3], ARGV[1], 'cancelled ' .. a .. ' ' .. w .. ' 0 ' .. t0 .. ' ' .. ARGV[2] .. ' 0 0')
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  if redis.call('HINCRBY', KEYS[3], '#', -1) <= 0 then
    redis.call('EXPIRE', KEYS[3], ARGV[3])
    redis.call('EXPIRE', KEYS[4], ARGV[4])
  end
  return 'cancelled'
end
if s == 'active' then
  redis.call('HSET', KEYS[3], ARGV[1], 'active ' .. a .. ' ' .. w .. ' ' .. l .. ' ' .. t0 .. ' 0 0 1')
  return 'asked'
end
return 'over'`;
