// The policy time machine (`simulate_policy_change`): recorded sessions judged again by a draft, beside today's policy.
import type { SessionId } from '@verity/protocol/ids';
import { breather } from './breather';
import { compareReplays, type Compared } from './compare-replays';
import type { RecordedSession } from './moments';
import { prepareSession, replay, type Hit, type Replayed } from './replay';
import type { ReplayedRecord, RunOfJob, SimulationPorts } from './run-ports';
import { emptyTally, resultOf, tallySession } from './simulation-tally';

/** Sessions after which what was found is kept, and others get their turn. */
const AT_ONCE = 50;

/** Told how much is done, of how much when that is known. */
export type Progress = (done: number, total?: number) => void;

/**
 * Runs a simulation to its end. One that was interrupted goes on after the last session that was kept; one that is over
 * or cancelled is left alone. Throws what aborts it, and leaves it to be gone on with.
 */
export async function runSimulation(
  { id, job }: RunOfJob,
  tools: SimulationPorts,
  signal: AbortSignal,
  progress: Progress = () => undefined,
): Promise<void> {
  const begun = await tools.runs.begin(id, job, tools.clock());
  if (!begun?.run.policy) return;
  const { run, checkpoint } = begun;
  const draft = begun.run.policy;
  const today = await tools.policies.byVersion(run.base_version);
  if (!today) {
    const problem = `Version ${run.base_version} of the policy is not there to compare with.`;
    return tools.runs.end(id, { state: 'failed', problem }, tools.clock());
  }
  const period = { from: new Date(run.from), to: new Date(run.to) };
  const total = Math.max(1, await tools.moments.countOfSessions(period));
  const tally = checkpoint?.tally ?? emptyTally();
  const breathe = breather(tools.breathe);

  /** False when the run was cancelled. */
  const take = async (some: RecordedSession[]): Promise<boolean> => {
    const said = await tools.outcomes.saidOf(some.map(({ sessionId }) => sessionId));
    const hit: ReplayedRecord[] = [];
    for (const recorded of some) {
      const session = prepareSession(recorded, said.get(recorded.sessionId) ?? null);
      const compared = compareReplays(replay(today, session), replay(draft, session), draft);
      await breathe(session, 2);
      tallySession(tally, compared);
      if (isHit(compared)) hit.push(presentCompared(recorded, compared));
    }
    // Before the checkpoint: what is added twice is there once.
    await tools.runs.addSessions(id, hit);
    const done = { done: Math.min(tally.sessions, total), total };
    progress(done.done, total);
    const after = some.at(-1)?.sessionId as SessionId;
    return tools.runs.advance(id, done, { after, tally });
  };

  let some: RecordedSession[] = [];
  for await (const session of tools.moments.recorded(period, checkpoint?.after ?? null)) {
    signal.throwIfAborted();
    if (some.push(session) < AT_ONCE) continue;
    if (!(await take(some))) return;
    some = [];
  }
  signal.throwIfAborted();
  if (some.length > 0 && !(await take(some))) return;
  await tools.runs.end(id, { state: 'done', simulation: resultOf(tally) }, tools.clock());
}

const isHit = ({ today, draft }: Compared): boolean =>
  today.strictest !== 'allow' || draft.strictest !== 'allow';

function presentCompared(
  { sessionId, userId, moments }: RecordedSession,
  { today, draft, difference, assumesNoProof, rank }: Compared,
): ReplayedRecord {
  return {
    session_id: sessionId,
    user_id: userId,
    started_at: new Date(moments[0]?.at ?? 0).toISOString(),
    today: presentSide(today),
    draft: presentSide(draft),
    difference,
    assumes_no_proof: assumesNoProof,
    rank,
  };
}

const presentSide = ({ strictest, challenges, firstChallenge, termination }: Replayed) => ({
  effect: strictest,
  challenges,
  challenge: presentHit(firstChallenge),
  termination: presentHit(termination),
});

const presentHit = (hit: Hit | null) =>
  hit && {
    at: new Date(hit.at).toISOString(),
    rule_id: hit.ruleId,
    rule_name: hit.ruleName,
    effect: hit.effect,
    risk_score: hit.score,
  };
