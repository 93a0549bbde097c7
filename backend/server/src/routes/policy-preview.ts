// What a draft would make of the sessions that live now, beside what the version in force makes of them.
import type { SessionRecord, Sessions } from '@verity/domain/identity/ports';
import { rightsOf } from '@verity/domain/identity/session-rights';
import type { Clock } from '@verity/domain/kernel/ports';
import { decide } from '@verity/domain/policy/decide';
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { Effect, PolicyDraft } from '@verity/protocol/policy/schemas';
import { factsOf } from '../pipeline/facts-of';
import { presentSession } from './present';

/** The riskiest of the live sessions that are looked at, and of those that change, how many are listed. */
const MOST = { lookedAt: 2_000, listed: 100 };

/** Both judge afresh, without what went before: so the difference is that of the rules alone. */
export async function previewSessions(
  ports: { sessions: Pick<Sessions, 'list'>; liveRisk: Pick<LiveRisk, 'many'>; clock: Clock },
  current: PolicyDraft,
  draft: PolicyDraft,
) {
  const live = await ports.sessions.list({ state: 'live', sort: 'risk' }, { limit: MOST.lookedAt });
  const risks = await ports.liveRisk.many(live.items.map(({ id }) => id));
  const now = ports.clock();
  const judge = (policy: PolicyDraft, session: SessionRecord, at: number) =>
    decide(policy, factsOf(rightsOf(session), risks[at] ?? null), null, now);
  const judged = live.items.map((session, at) => ({
    session,
    score: risks[at],
    now: judge(current, session, at).effect,
    then: judge(draft, session, at),
  }));
  const changed = judged.filter((each) => each.now !== each.then.effect);
  return {
    live: live.total,
    looked_at: judged.length,
    changed: changed.length,
    moves: movesOf(changed.map((each) => ({ now: each.now, then: each.then.effect }))),
    items: changed.slice(0, MOST.listed).map((each) => ({
      ...presentSession(each.session),
      ...(each.score ? { risk_score: each.score.risk_score, band: each.score.band } : {}),
      now: each.now,
      then: each.then.effect,
      rule_id: each.then.ruleId,
      rule_name: each.then.ruleName,
    })),
  };
}

interface Move {
  now: Effect;
  then: Effect;
}

/** How many take each way, the most first. */
function movesOf(moves: Move[]): (Move & { sessions: number })[] {
  const counted = new Map<string, Move & { sessions: number }>();
  for (const { now, then } of moves) {
    const key = `${now} ${then}`;
    const move = counted.get(key) ?? { now, then, sessions: 0 };
    move.sessions += 1;
    counted.set(key, move);
  }
  return [...counted.values()].sort((a, b) => b.sessions - a.sessions);
}
