// Appends messages to streams in order, each unless its stream has reached the cap.
import { script } from '../script';

/**
 * KEYS streams; ARGV cap, then for each message the index of its stream in KEYS and its envelope.
 * Answers one entry id a message, '' where the stream is full.
 */
export const publishScript = script(`
local cap = tonumber(ARGV[1])
local room = {}
for k = 1, #KEYS do room[k] = cap - redis.call('XLEN', KEYS[k]) end
local ids = {}
for a = 2, #ARGV, 2 do
  local k = tonumber(ARGV[a])
  if room[k] > 0 then
    room[k] = room[k] - 1
    ids[#ids + 1] = redis.call('XADD', KEYS[k], '*', 'message', ARGV[a + 1])
  else
    ids[#ids + 1] = ''
  end
end
return ids
`);
