// Trims a stream to its retention, and never past what each of its groups has acknowledged.
import { script } from '../script';

/**
 * KEYS stream; ARGV retention. Removes the oldest entries above the retention that no group still needs: below the
 * oldest pending entry of each group and not beyond what it was given last. Whole nodes of the stream go at a time,
 * so somewhat more than the retention may stay. Answers [removed, length after, name of the group that keeps most].
 */
export const trimScript = script(`
local length = redis.call('XLEN', KEYS[1])
local spare = length - tonumber(ARGV[1])
if spare <= 0 then return {0, length, ''} end

local function before(a, b)
  local ams, aseq = a:match('^(%d+)-(%d+)$')
  local bms, bseq = b:match('^(%d+)-(%d+)$')
  if #ams ~= #bms then return #ams < #bms end
  if ams ~= bms then return ams < bms end
  if #aseq ~= #bseq then return #aseq < #bseq end
  return aseq < bseq
end

local floor, slowest
for _, fields in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for f = 1, #fields, 2 do group[fields[f]] = fields[f + 1] end
  local need = group['last-delivered-id']
  if group['pending'] > 0 then need = redis.call('XPENDING', KEYS[1], group['name'])[2] end
  if not floor or before(need, floor) then floor, slowest = need, group['name'] end
end
local removed
if floor then removed = redis.call('XTRIM', KEYS[1], 'MINID', '~', floor, 'LIMIT', spare)
else removed = redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[1]) end
return {removed, length - removed, slowest or ''}
`);
