// The newest score of each live session, `risk:{id}`: written by the score stage in the step that acknowledges.
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { SessionId } from '@verity/protocol/ids';
import type { RiskScore } from '@verity/protocol/risk/schemas';
import { answer, type RedisConnections } from './connect';

/** For Effects.state of the score stage; the value is the RiskScore in JSON. */
export const riskKey = (session: SessionId): string => `risk:${session}`;

export function createLiveRisk({ commands }: Pick<RedisConnections, 'commands'>): LiveRisk {
  const read = (json: string | null): RiskScore | null =>
    json === null ? null : (JSON.parse(json) as RiskScore);
  return {
    async get(session) {
      return read(await answer(commands.get(riskKey(session))));
    },
    async many(sessions) {
      if (sessions.length === 0) return [];
      return (await answer(commands.mget(sessions.map(riskKey)))).map(read);
    },
  };
}
