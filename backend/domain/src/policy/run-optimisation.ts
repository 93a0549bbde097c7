// Optimisation (`optimize_policies`): a search over the recorded sessions, judged on newer ones, and its proposal.
import { Fault } from '@verity/protocol/faults';
import type { OptimisationResult, PolicyRun } from '@verity/protocol/policy/runs';
import type { Policy, PolicyDraft, PolicyFinding } from '@verity/protocol/policy/schemas';
import type { PolicySettings } from '@verity/protocol/policy/health';
import { breather } from './breather';
import { diffPolicies } from './diff-policies';
import type { RecordedSession } from './moments';
import { LEVELS, searchThresholds, withThresholds, type Search, type SessionSet } from './optimise';
import { makeVersion, versionBasis, type VersionPorts } from './make-version';
import { prepareSession, replay, type PreparedSession } from './replay';
import type { Policies } from './ports';
import type { RunOfJob, SimulationPorts } from './run-ports';
import type { Progress } from './simulate';

/** Of the recorded time, how much is fitted on; the newer rest is held out. */
const FIT_SHARE = 0.7;
/** Sessions searched over, of each side; more are thinned evenly. */
const MOST_SESSIONS = 2_000;
const READ_AT_ONCE = 100;
/** Sessions below which a search would fit chance. */
export const LEAST_SESSIONS = 20;

export interface OptimisationPorts extends Omit<SimulationPorts, 'policies'> {
  policies: Pick<Policies, 'byVersion'>;
  settings(): Promise<PolicySettings>;
  versions: VersionPorts;
  /** What a review finds wrong with a draft; one with an error is never applied. */
  review(draft: PolicyDraft): Promise<PolicyFinding[]>;
}

export const OPTIMISER = 'system:policy-optimiser';

/**
 * Runs a search to its end. It keeps nothing half-done: one that was interrupted begins again, and one that is over is
 * left alone. Applies the proposal only as the setting says, and only while the version that it was made from is in force.
 */
export async function runOptimisation(
  { id, job }: RunOfJob,
  tools: OptimisationPorts,
  signal: AbortSignal,
  progress: Progress = () => undefined,
): Promise<void> {
  const begun = await tools.runs.begin(id, job, tools.clock());
  if (!begun) return;
  const { run } = begun;
  const today = await tools.policies.byVersion(run.base_version);
  const settings = await tools.settings();
  const budget = run.friction_budget ?? settings.friction_budget;
  if (!today) {
    const problem = `Version ${run.base_version} of the policy is not there to begin from.`;
    return tools.runs.end(id, { state: 'failed', problem }, tools.clock());
  }
  const from = Date.parse(run.from);
  const split = new Date(from + (Date.parse(run.to) - from) * FIT_SHARE);
  const [fit, heldOut] = [
    await read(today, { from: new Date(run.from), to: split }, tools, signal),
    await read(today, { from: split, to: new Date(run.to) }, tools, signal),
  ];
  if (fit.total < LEAST_SESSIONS) {
    const problem = `Only ${fit.total} sessions are recorded on the days to fit on; a search needs ${LEAST_SESSIONS}. Choose more days, or wait for more sessions.`;
    return tools.runs.end(id, { state: 'failed', problem }, tools.clock());
  }
  const search = await searchThresholds(today, fit, heldOut.total > 0 ? heldOut : null, budget, {
    breathe: tools.breathe,
    async tried(count) {
      signal.throwIfAborted();
      if (count % 10 !== 0) return;
      progress(count);
      if (!(await tools.runs.advance(id, { done: count, total: count }))) throw new Cancelled();
    },
  }).catch((error: unknown) => {
    if (error instanceof Cancelled) return null;
    throw error;
  });
  if (!search) return;
  const result = present(search, { today, fit, heldOut, budget, split });
  const applied = await apply(result, { run, today, settings }, tools);
  await tools.runs.end(
    id,
    { state: 'done', optimisation: { ...result, ...applied } },
    tools.clock(),
  );
}

class Cancelled extends Error {}

/** The sessions of some days: those that a threshold may hit, and of the others their number and exposure. */
async function read(
  today: PolicyDraft,
  period: { from: Date; to: Date },
  tools: OptimisationPorts,
  signal: AbortSignal,
): Promise<SessionSet & { sampled: boolean }> {
  const lowest = LEVELS[0] as number;
  let kept: PreparedSession[] = [];
  let stride = 1;
  let risky = 0;
  let total = 0;
  let calmExposure = 0;

  const breathe = breather(tools.breathe);
  const take = async (some: RecordedSession[]): Promise<void> => {
    const said = await tools.outcomes.saidOf(some.map(({ sessionId }) => sessionId));
    for (const recorded of some) {
      total += 1;
      const session = prepareSession(recorded, said.get(recorded.sessionId) ?? null);
      const judged = replay(today, session);
      await breathe(session);
      if (session.peak < lowest && judged.strictest === 'allow') {
        calmExposure += judged.exposure;
        continue;
      }
      if (risky++ % stride !== 0) continue;
      kept.push(session);
      if (kept.length <= MOST_SESSIONS) continue;
      // Every second one of those kept so far, and of those to come: an even sample, the same every time.
      kept = kept.filter((_, at) => at % 2 === 0);
      stride *= 2;
    }
  };

  let some: RecordedSession[] = [];
  for await (const session of tools.moments.recorded(period)) {
    signal.throwIfAborted();
    if (some.push(session) < READ_AT_ONCE) continue;
    await take(some);
    some = [];
  }
  await take(some);
  const weight = kept.length > 0 ? risky / kept.length : 1;
  return { sessions: kept, total, weight, calmExposure, sampled: stride > 1 };
}

function present(
  search: Search,
  about: {
    today: PolicyDraft;
    fit: SessionSet & { sampled: boolean };
    heldOut: SessionSet & { sampled: boolean };
    budget: number;
    split: Date;
  },
): OptimisationResult {
  const { rules, hysteresis, resources } = about.today;
  const { best } = search;
  const policy = best && withThresholds({ rules, hysteresis, resources }, best.thresholds);
  return {
    budget: about.budget,
    fit_sessions: about.fit.total,
    held_out_sessions: about.heldOut.total,
    split_at: about.split.toISOString(),
    sampled: about.fit.sampled || about.heldOut.sampled,
    policies_tried: search.tried,
    exhaustive: search.exhaustive,
    today: search.today,
    proposal: best && policy && { ...best, policy },
    note: noteOn(search, about.budget),
    frontier: search.frontier,
    applied: null,
  };
}

function noteOn({ best, today, frontier }: Search, budget: number): string | null {
  if (!best) {
    return today.fit.friction <= budget
      ? 'No thresholds within the budget leave strangers less time than today’s.'
      : `No thresholds keep the budget: the least friction found is ${Math.round(frontier[0]?.fit.friction ?? today.fit.friction)} for each 1,000 sessions. Rules without a threshold may cost it.`;
  }
  if (!best.held_out) return 'No sessions are recorded on the newer days to judge it by.';
  if (best.held_out.friction > budget) {
    return `On the newer days it costs ${Math.round(best.held_out.friction)} challenges for each 1,000 sessions: more than the budget.`;
  }
  if (today.held_out && best.held_out.exposure > today.held_out.exposure) {
    return 'On the newer days it leaves strangers more time than today’s policy.';
  }
  return null;
}

/** What this run has made already, when it was interrupted after: it is not made twice. */
async function madeBefore(
  policy: PolicyDraft,
  { started_at }: PolicyRun,
  { versions }: OptimisationPorts,
): Promise<OptimisationResult['applied']> {
  const [newest] = (await versions.policies.list({ limit: 1 })).items;
  if (newest?.author !== OPTIMISER || started_at === null || newest.created_at < started_at) {
    return null;
  }
  if (diffPolicies(newest, policy).length > 0) return null;
  return { version: newest.version, on_trial: newest.report_only };
}

/** A proposal that something speaks against is never applied. */
async function apply(
  result: OptimisationResult,
  { run, today, settings }: { run: PolicyRun; today: Policy; settings: PolicySettings },
  tools: OptimisationPorts,
): Promise<Pick<OptimisationResult, 'applied' | 'note'>> {
  const { proposal, note } = result;
  if (!proposal || note || settings.apply === 'never') return { applied: null, note };
  const made = await madeBefore(proposal.policy, run, tools);
  if (made) return { applied: made, note };
  const basis = await versionBasis(tools.versions);
  if (basis.before.version !== run.base_version) {
    return { applied: null, note: `Version ${basis.before.version} is in force meanwhile.` };
  }
  const errors = (await tools.review(proposal.policy)).filter(
    ({ severity }) => severity === 'error',
  );
  if (errors[0]) return { applied: null, note: errors[0].message };
  const onTrial = settings.apply === 'on_trial';
  try {
    const { version } = await makeVersion(
      proposal.policy,
      {
        reason: `Thresholds found within ${result.budget} challenges for each 1,000 sessions, from version ${today.version}`,
        report_only: onTrial,
        by: { actor: OPTIMISER, author: OPTIMISER, address: null },
        details: { run: run.id },
      },
      basis,
      tools.versions,
    );
    return { applied: { version, on_trial: onTrial }, note };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
    return { applied: null, note: 'Somebody put another version in force at the same moment.' };
  }
}
