// Handlers of runs over recorded sessions: each is asked for here and done by a job.
import { Fault } from '@verity/protocol/faults';
import type { JobId, PolicyRunId } from '@verity/protocol/ids';
import type { Job } from '@verity/protocol/jobs/schemas';
import type { PolicySettings } from '@verity/protocol/policy/health';
import type { policyRunRoutes } from '@verity/protocol/policy/run-routes';
import type { PolicyRun, ShownRun } from '@verity/protocol/policy/runs';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import { mustBeSearchable, newRun } from '@verity/domain/policy/ask-run';
import type { Policies } from '@verity/domain/policy/ports';
import type { PolicyRuns } from '@verity/domain/policy/run-ports';
import { endByJob, isGoing, waitsFor } from '@verity/domain/policy/run-standing';
import type { Call, Handlers, UserCaller } from '../http/handler';
import { replayedSessionsCsv } from './replayed-sessions-csv';

/** The jobs that do runs. */
export interface RunJobs {
  enqueue(
    task: 'simulate_policy_change' | 'optimize_policies',
    payload: { run_id: PolicyRunId },
    options: { id: JobId; by: string },
  ): Promise<unknown>;
  find(id: JobId): Promise<Job | null>;
  /** Throws `conflict` when it is over already. */
  cancel(id: JobId, operator: { actor: string; address: string | null }): Promise<unknown>;
  /** Why nothing of their queue is begun, in words; null when workers take from it. */
  standstill(): Promise<string | null>;
}

export interface PolicyRunPorts {
  policies: Pick<Policies, 'current'>;
  policyRuns: PolicyRuns;
  policySettings: { read(): Promise<PolicySettings> };
  runJobs: RunJobs;
  clock: Clock;
  newId: NewId;
}

export type PolicyRunRoute = Extract<
  keyof typeof policyRunRoutes,
  `${string}/simulations` | `${string}/optimisations` | `${string}/runs${string}`
>;

/** Fewer than a worker takes at once by default, so that the watch over the version in force always gets its turn. */
const MOST_GOING = 3;

const TASKS = {
  simulation: 'simulate_policy_change',
  optimisation: 'optimize_policies',
} as const;

export function policyRunHandlers(ports: PolicyRunPorts): Handlers<PolicyRunRoute> {
  const { policyRuns: runs, runJobs, clock } = ports;

  /** A run ends with its job, however that ended: cancelled in the console, failed for good, or lost. */
  const ended = async (run: PolicyRun, job: Job | null): Promise<PolicyRun> => {
    const end = endByJob(run, job, clock());
    if (!end) return run;
    if (end.state === 'cancelled') await runs.cancel(run.id, clock());
    else await runs.end(run.id, end, clock());
    return (await runs.byId(run.id)) ?? run;
  };

  const show = async (found: PolicyRun): Promise<ShownRun> => {
    if (!isGoing(found)) return { ...found, waits_for: null };
    const job = found.job_id && (await runJobs.find(found.job_id));
    const run = await ended(found, job);
    const standstill = isGoing(run) ? await runJobs.standstill() : null;
    return { ...run, waits_for: waitsFor(run, job, standstill) };
  };

  const known = async (id: PolicyRunId): Promise<PolicyRun> => {
    const run = await runs.byId(id);
    if (run) return run;
    throw new Fault('not-found', 'There is no such run; runs are kept for 30 days.', {
      fix: 'GET /api/v1/policies/runs lists them.',
    });
  };

  const mustHaveRoom = async (): Promise<void> => {
    const going = (await Promise.all((await runs.going()).map(show))).filter(isGoing);
    if (going.length < MOST_GOING) return;
    throw new Fault('conflict', `${MOST_GOING} runs wait or go on already.`, {
      fix: 'Wait until one is done, or cancel one.',
    });
  };

  const ask = async (
    asked: Pick<Parameters<typeof newRun>[0], 'kind' | 'policy' | 'days' | 'frictionBudget'> & {
      baseVersion: number;
    },
    { caller: { rights } }: Call<UserCaller>,
  ): Promise<ShownRun> => {
    await mustHaveRoom();
    const [id, job] = [ports.newId<PolicyRunId>(), ports.newId<JobId>()];
    const run = newRun({ ...asked, id, job, by: rights.userEmail, now: clock() });
    await runs.add(run);
    try {
      const by = `user:${rights.userId}`;
      await runJobs.enqueue(TASKS[run.kind], { run_id: id }, { id: job, by });
    } catch (error) {
      const problem = 'It could not be put into a queue. Ask for it again.';
      await runs.end(id, { state: 'failed', problem }, clock());
      throw error;
    }
    return show(run);
  };

  return {
    async 'POST /api/v1/policies/simulations'({ body }, call) {
      const { version: baseVersion } = await ports.policies.current();
      return ask({ kind: 'simulation', policy: body.policy, days: body.days, baseVersion }, call);
    },

    async 'POST /api/v1/policies/optimisations'({ body }, call) {
      const current = await ports.policies.current();
      mustBeSearchable(current);
      const settings = await ports.policySettings.read();
      const asked = {
        kind: 'optimisation' as const,
        policy: null,
        days: body.days ?? settings.days,
        frictionBudget: body.friction_budget ?? settings.friction_budget,
        baseVersion: current.version,
      };
      return ask(asked, call);
    },

    async 'GET /api/v1/policies/runs'({ query }) {
      const page = await runs.list(query);
      return { ...page, items: await Promise.all(page.items.map(show)) };
    },

    'GET /api/v1/policies/runs/:id': async ({ params }) => show(await known(params.id)),

    async 'POST /api/v1/policies/runs/:id/cancel'({ params }, { caller, address }) {
      const run = await known(params.id);
      const cancelled = await runs.cancel(params.id, clock());
      if (!cancelled) {
        throw new Fault('conflict', `It is ${run.state} already.`, { fix: 'Look at it again.' });
      }
      if (run.job_id) {
        await runJobs
          .cancel(run.job_id, { actor: `user:${caller.rights.userId}`, address })
          .catch(unlessOver);
      }
      return show(cancelled);
    },

    async 'GET /api/v1/policies/runs/:id/sessions'({ params, query }) {
      await known(params.id);
      const { cursor, limit, difference, rule_id: ruleId } = query;
      return runs.sessions(params.id, { difference, ruleId }, { cursor, limit });
    },

    async 'GET /api/v1/policies/runs/:id/sessions/export'({ params }, call) {
      const run = await known(params.id);
      call.fileName(`policy-simulation-${run.asked_at.slice(0, 10)}.csv`);
      return replayedSessionsCsv(runs, run.id);
    },
  };
}

/** The job of a run that was cancelled may have ended in the same moment, or be forgotten. */
function unlessOver(error: unknown): void {
  if (error instanceof Fault && (error.code === 'conflict' || error.code === 'not-found')) return;
  throw error;
}
