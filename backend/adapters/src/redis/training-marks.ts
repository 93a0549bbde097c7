// Marks of the trainings that were asked for: the last job of each model.
import type { JobId } from '@verity/protocol/ids';
import { answer, type RedisConnections } from './connect';
import { script } from './script';

/** As long as the state of a job that is not over. */
const LIVE_SECONDS = 7 * 86_400;

/** KEYS mark; ARGV job before (empty: none), next job, seconds. 1 when it was replaced. */
const replaceScript = script(`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
`);

const keyOf = (name: string): string => `training:${name}`;

export const createTrainingMarks = ({ commands }: Pick<RedisConnections, 'commands'>) => ({
  read: async (name: string): Promise<JobId | null> =>
    (await answer(commands.get(keyOf(name)))) as JobId | null,
  /** False when it is no longer `before`: somebody else was faster. */
  replace: async (name: string, before: JobId | null, next: JobId): Promise<boolean> =>
    (await replaceScript.run(commands, [keyOf(name)], [before ?? '', next, LIVE_SECONDS])) === 1,
});
