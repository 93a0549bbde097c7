// Asking for a run over recorded sessions: what is tried, beside which version, over which days.
import { Fault } from '@verity/protocol/faults';
import type { JobId, PolicyRunId } from '@verity/protocol/ids';
import type { PolicySettings } from '@verity/protocol/policy/health';
import type { PolicyRun } from '@verity/protocol/policy/runs';
import type { Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import type { Moments } from './moments';
import { searchedRules } from './optimise';
import type { Policies } from './ports';
import { LEAST_SESSIONS } from './run-optimisation';
import type { PolicyRuns } from './run-ports';

const DAY_MS = 86_400_000;

/** A run before anything was done. */
export const newRun = (asked: {
  id: PolicyRunId;
  job: JobId;
  kind: PolicyRun['kind'];
  policy: PolicyRun['policy'];
  by: string;
  baseVersion: number;
  days: number;
  frictionBudget?: number | undefined;
  now: Date;
}): PolicyRun => ({
  id: asked.id,
  kind: asked.kind,
  state: 'queued',
  job_id: asked.job,
  progress: { done: 0, total: 0 },
  asked_by: asked.by,
  asked_at: asked.now.toISOString(),
  started_at: null,
  ended_at: null,
  problem: null,
  from: new Date(asked.now.getTime() - asked.days * DAY_MS).toISOString(),
  to: asked.now.toISOString(),
  base_version: asked.baseVersion,
  policy: asked.policy,
  friction_budget: asked.frictionBudget ?? null,
  simulation: null,
  optimisation: null,
});

/** Throws `invalid-input` when a policy has no threshold to search. */
export function mustBeSearchable(policy: PolicyDraft): void {
  if (searchedRules(policy).length > 0) return;
  throw new Fault('invalid-input', 'No rule asks for proof or restricts from a score on.', {
    fix: 'Give such a rule a "risk at least" first: its threshold is what is searched.',
  });
}

/** A job that was not told of a run makes one of its own, which bears its id: made twice, it is there once. */
interface Asking {
  job: JobId;
  /** E-mail address, or `system:{part}`. */
  by: string;
  at: Date;
}

const ownRun = (job: JobId): PolicyRunId => job as string as PolicyRunId;

/**
 * Has a version tried on the past beside the one in force; that on trial when none is named. Throws `not-found` when
 * there is none, and `invalid-input` when it is in force itself.
 */
export async function askToTryVersion(
  { version, days }: { version?: number | undefined; days: number },
  { job, by, at }: Asking,
  tools: { policies: Pick<Policies, 'standing' | 'byVersion'>; runs: Pick<PolicyRuns, 'add'> },
): Promise<PolicyRunId> {
  const { current, trial } = await tools.policies.standing();
  const tried = version === undefined ? trial : await tools.policies.byVersion(version);
  if (!tried) {
    throw version === undefined
      ? new Fault('not-found', 'No version is on trial.', { fix: 'Name the version to try.' })
      : new Fault('not-found', `There is no version ${version} of the policy.`, {
          fix: 'GET /api/v1/policies lists the versions.',
        });
  }
  if (tried.version === current.version) {
    throw new Fault(
      'invalid-input',
      `Version ${version} is in force: it is what is compared with.`,
      {
        fix: 'Name another version.',
      },
    );
  }
  const id = ownRun(job);
  const base = {
    kind: 'simulation',
    policy: draftOf(tried),
    baseVersion: current.version,
  } as const;
  await tools.runs.add(newRun({ ...base, id, job, by, days, now: at }));
  return id;
}

/** Has thresholds searched from the version in force, as the settings say. Answers why not when nothing can be found. */
export async function askToSearch(
  { days, frictionBudget }: { days?: number | undefined; frictionBudget?: number | undefined },
  { job, by, at }: Asking,
  tools: {
    policies: Pick<Policies, 'current'>;
    runs: Pick<PolicyRuns, 'add'>;
    moments: Pick<Moments, 'countOfSessions'>;
    settings(): Promise<PolicySettings>;
  },
): Promise<{ id: PolicyRunId } | { id: null; why: string }> {
  const [current, settings] = await Promise.all([tools.policies.current(), tools.settings()]);
  if (searchedRules(current).length === 0) {
    return { id: null, why: 'No rule asks for proof or restricts from a score on.' };
  }
  const run = newRun({
    kind: 'optimisation',
    policy: null,
    id: ownRun(job),
    job,
    by,
    baseVersion: current.version,
    days: days ?? settings.days,
    frictionBudget: frictionBudget ?? settings.friction_budget,
    now: at,
  });
  const period = { from: new Date(run.from), to: new Date(run.to) };
  const sessions = await tools.moments.countOfSessions(period);
  if (sessions < LEAST_SESSIONS) {
    return {
      id: null,
      why: `Only ${sessions} sessions are recorded; a search needs ${LEAST_SESSIONS}.`,
    };
  }
  await tools.runs.add(run);
  return { id: run.id };
}

const draftOf = ({ rules, hysteresis, resources }: Policy): PolicyDraft => ({
  rules,
  hysteresis,
  resources,
});
