// Drops what the stages of the pipeline remember of sessions that have ended.
import type { SessionId } from '@verity/protocol/ids';
import { answer, type RedisConnections } from './connect';
import { riskKey } from './live-risk';

const AT_ONCE = 500;

/** Of one session: its open windows, its evidence, its score. */
const keysOf = (session: SessionId): string[] => [
  `behaviour:${session}`,
  `evidence:${session}`,
  riskKey(session),
];

export function createSessionState({ commands }: Pick<RedisConnections, 'commands'>) {
  return {
    /** Of a session that lives it would come back with the next batch. */
    async drop(sessions: SessionId[]): Promise<void> {
      for (let from = 0; from < sessions.length; from += AT_ONCE) {
        await answer(commands.del(...sessions.slice(from, from + AT_ONCE).flatMap(keysOf)));
      }
    },
  };
}
