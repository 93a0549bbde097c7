// A lease is a key with a time to live whose value names the holder; only the holder may prolong or remove it.
import { script } from '../script';

/** KEYS lease; ARGV token, milliseconds. 1 when it was ours and lives on. */
export const renewScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);

/** KEYS lease; ARGV token. 1 when it was ours and is gone. */
export const giveUpScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
