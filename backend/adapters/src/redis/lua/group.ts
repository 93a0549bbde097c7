// The steps of a worker in its group. Each checks the lease first, when the group has one, so that a worker that lost
// it (stopped by the system, cut from the network) can neither take nor commit anything: the lease is the fence.
import { script } from '../script';

/**
 * Every script here takes KEYS stream, lease; ARGV group, consumer, token of the lease ('' for a group without one),
 * and answers false when the lease is not ours.
 */
const FENCE = `
local stream, group, consumer, token = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
if token ~= '' and redis.call('GET', KEYS[2]) ~= token then return false end
`;

/**
 * ARGV count. Delivers the next messages one by one accounted for: [entries, newest id of the stream]. Without any,
 * the id is where to wait from: the group has been given everything up to it.
 */
export const fetchScript = script(`${FENCE}
local reply = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', ARGV[4], 'STREAMS', stream, '>')
if reply then return {reply[1][2], ''} end
local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
return {{}, newest[1] and newest[1][1] or '0-0'}
`);

/**
 * ARGV idle milliseconds, cursor. Moves pending messages that were left alone for so long to this consumer, without
 * counting that as a delivery: [next cursor, number moved].
 */
export const claimScript = script(`${FENCE}
local reply = redis.call('XAUTOCLAIM', stream, group, consumer, ARGV[4], ARGV[5], 'COUNT', 100, 'JUSTID')
return {reply[1], #reply[2]}
`);

/**
 * ARGV entry id. Delivers one pending message of this consumer once more: [deliveries with this one, entry];
 * [0] when it is not pending with this consumer any longer.
 */
export const redeliverScript = script(`${FENCE}
local id = ARGV[4]
local pending = redis.call('XPENDING', stream, group, id, id, 1, consumer)
if #pending == 0 then return {0} end
local deliveries = pending[1][4] + 1
local entries = redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', deliveries)
if #entries == 0 or not entries[1] then return {0} end
return {deliveries, entries[1]}
`);

/**
 * A commit: acknowledges and applies all effects, or nothing.
 *
 * KEYS from the third on: streams to publish to, then keys of state.
 * ARGV cap, number of words that say what is acknowledged, number of messages, number of state changes; those words;
 * for each message the index of its stream in KEYS and its envelope; for each change the index of its key, seconds to
 * live (-1 deletes, 0 for ever) and the value.
 *
 * Answers 'done'; 'before' when this very commit was made before (its answer was lost); 'taken' when others have
 * claimed some of the messages; or the full name of a stream that is at the cap.
 */
const commit = (steps: { check: string; acknowledge: string }): string => `${FENCE}
local cap, words, messages, changes = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local firstMessage = 8 + words
local firstChange = firstMessage + 2 * messages
${steps.check}
local publishes = {}
for a = firstMessage, firstChange - 1, 2 do publishes[tonumber(ARGV[a])] = true end
for k in pairs(publishes) do
  if redis.call('XLEN', KEYS[k]) >= cap then return KEYS[k] end
end
${steps.acknowledge}
for a = firstMessage, firstChange - 1, 2 do
  redis.call('XADD', KEYS[tonumber(ARGV[a])], '*', 'message', ARGV[a + 1])
end
for a = firstChange, firstChange + 3 * changes - 1, 3 do
  local key, ttl = KEYS[tonumber(ARGV[a])], tonumber(ARGV[a + 1])
  if ttl < 0 then redis.call('DEL', key)
  elseif ttl == 0 then redis.call('SET', key, ARGV[a + 2])
  else redis.call('SET', key, ARGV[a + 2], 'EX', ttl) end
end
return 'done'
`;

/** The words are the ids of pending messages, oldest first: they are acknowledged one by one, by XACK. */
export const commitMessagesScript = script(
  commit({
    check: `
local mine = {}
for _, entry in ipairs(redis.call('XPENDING', stream, group, ARGV[8], ARGV[7 + words], words, consumer)) do
  mine[entry[1]] = true
end
local left = 0
for a = 8, 7 + words do if mine[ARGV[a]] then left = left + 1 end end
if left == 0 then return 'before' end
if left < words then return 'taken' end
`,
    acknowledge: `
for a = 8, 7 + words, 1000 do
  redis.call('XACK', stream, group, unpack(ARGV, a, math.min(a + 999, 7 + words)))
end
`,
  }),
);

/**
 * The words are the id after which a batch was read, its last id and its length: the group's own position moves from
 * the one to the other, which acknowledges the whole batch at the price of one message.
 */
export const commitSpanScript = script(
  commit({
    check: `
local position, read
for _, fields in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local of = {}
  for f = 1, #fields, 2 do of[fields[f]] = fields[f + 1] end
  if of['name'] == group then position, read = of['last-delivered-id'], of['entries-read'] end
end
if not position then return redis.error_reply('NOGROUP the group is gone') end
if position == ARGV[9] then return 'before' end
if position ~= ARGV[8] then return false end
`,
    acknowledge: `
if read then redis.call('XGROUP', 'SETID', stream, group, ARGV[9], 'ENTRIESREAD', read + tonumber(ARGV[10]))
else redis.call('XGROUP', 'SETID', stream, group, ARGV[9]) end
`,
  }),
);

/** Removes this consumer from the group unless something is pending with it; needs no lease. */
export const leaveScript = script(`
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if #pending == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2]) end
return #pending
`);
