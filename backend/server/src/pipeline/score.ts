// Scores: findings change what is held for and against a session; every finding gives one new score.
import type { Delivered } from '@verity/domain/bus/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { applyFinding, initialRisk, scoreSession, type RiskState } from '@verity/domain/risk/score';
import type { RiskScore } from '@verity/protocol/risk/schemas';
import type { StageState } from './ports';
import { SessionMemory } from './session-memory';
import { stage } from './stage';

export interface ScoreNeeds {
  state: StageState;
  clock: Clock;
  stateTtlSeconds: number;
  sessionsInMemory: number;
}

export function scoreStage(needs: ScoreNeeds) {
  const memory = new SessionMemory<RiskState>({
    state: needs.state,
    key: (session) => `evidence:${session}`,
    parse: (json) => JSON.parse(json) as RiskState,
    serialise: (state) => JSON.stringify(state),
    limit: needs.sessionsInMemory,
    ttlSeconds: needs.stateTtlSeconds,
  });

  return stage({
    name: 'score',
    stream: 'stream:findings',
    group: 'group:score',
    writes: ['stream:risk'],
    ordered: true,
    async handle(findings: Delivered<'stream:findings'>[], signal) {
      await memory.begin(
        findings,
        findings.map(({ payload }) => payload.session_id),
        signal,
      );
      const newest = new Map<string, RiskScore>();
      const publish = findings.map(({ payload: finding, traceparent }) => {
        const { session_id: session, user_id: user } = finding;
        const now = needs.clock();
        const before =
          memory.get(session) ?? initialRisk(session, user, new Date(finding.observed_at));
        const state = applyFinding(before, finding);
        memory.set(session, state);
        const score = scoreSession(state, now);
        newest.set(session, score);
        return {
          stream: 'stream:risk' as const,
          payload: { ...score, cause: finding.cause },
          ...(traceparent ? { traceparent } : {}),
        };
      });
      const live = Array.from(newest, ([session, score]) => ({
        key: `risk:${session}`,
        value: JSON.stringify(score),
        ttlSeconds: needs.stateTtlSeconds,
      }));
      return { publish, state: [...memory.effects(), ...live] };
    },
  });
}
