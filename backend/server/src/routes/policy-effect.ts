// Handlers of outcomes, runs over recorded sessions, the watch over new versions, and their settings.
import { Fault } from '@verity/protocol/faults';
import type { PolicyRunId } from '@verity/protocol/ids';
import type { PolicySettings } from '@verity/protocol/policy/health';
import type { outcomeRoutes } from '@verity/protocol/policy/outcome-routes';
import type { policyRunRoutes } from '@verity/protocol/policy/run-routes';
import type { PolicyRun, ReplayHit, ReplayedSession } from '@verity/protocol/policy/runs';
import type { Journal } from '@verity/domain/audit/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Watches } from '@verity/domain/policy/check-health';
import {
  calculateEffectiveness,
  type EffectivenessPorts,
} from '@verity/domain/policy/effectiveness';
import { searchedRules } from '@verity/domain/policy/optimise';
import type { Outcomes } from '@verity/domain/policy/outcome-ports';
import type { Policies } from '@verity/domain/policy/ports';
import type { PolicyRuns } from '@verity/domain/policy/run-ports';
import { newRun } from '@verity/domain/policy/simulate';
import type { Handlers } from '../http/handler';
import { csv, type CsvRow } from './csv';
import { effectivenessCsv } from './effectiveness-csv';

export interface PolicyEffectPorts {
  outcomes: Outcomes;
  judged: EffectivenessPorts['judged'];
  policies: Pick<Policies, 'current' | 'inForce'>;
  policyRuns: PolicyRuns;
  policyWatches: Pick<Watches, 'list'>;
  policySettings: {
    read(): Promise<PolicySettings>;
    write(settings: PolicySettings): Promise<PolicySettings>;
  };
  journal: Journal;
  clock: Clock;
  newId: NewId;
}

type Route = keyof typeof outcomeRoutes | keyof typeof policyRunRoutes;

const DAY_MS = 86_400_000;
/** Runs that wait or go on at most: each reads all recorded sessions of its days. */
const MOST_WAITING = 10;
const EXPORT_AT_ONCE = 200;

export function policyEffectHandlers(ports: PolicyEffectPorts): Handlers<Route> {
  const { policyRuns: runs, outcomes, clock } = ports;

  /** Whole UTC days, today among them. */
  const lastDays = (days: number) => {
    const to = clock();
    const today = Math.floor(to.getTime() / DAY_MS);
    return { from: new Date((today - days + 1) * DAY_MS), to };
  };

  const effectivenessOf = (period: { from: Date; to: Date }) =>
    calculateEffectiveness(period, ports, new AbortController().signal);

  const known = async (id: PolicyRunId): Promise<PolicyRun> => {
    const run = await runs.byId(id);
    if (run) return run;
    throw new Fault('not-found', 'There is no such run; runs are kept for 30 days.', {
      fix: 'GET /api/v1/policies/runs lists them.',
    });
  };

  const ask = async (
    asked: Pick<Parameters<typeof newRun>[0], 'kind' | 'policy' | 'by' | 'days'> & {
      frictionBudget?: number | undefined;
      baseVersion: number;
    },
  ): Promise<PolicyRun> => {
    if ((await runs.countWaiting()) >= MOST_WAITING) {
      throw new Fault('conflict', `${MOST_WAITING} runs wait already.`, {
        fix: 'Wait until one is done, or cancel one.',
      });
    }
    const run = newRun({ ...asked, id: ports.newId<PolicyRunId>(), now: clock() });
    await runs.add(run);
    return run;
  };

  return {
    'GET /api/v1/policies/effectiveness': ({ query }) => effectivenessOf(lastDays(query.days)),

    async 'GET /api/v1/policies/effectiveness/export'({ query }, call) {
      const period = lastDays(query.days);
      call.fileName(`policy-effect-${period.to.toISOString().slice(0, 10)}.csv`);
      return effectivenessCsv(await effectivenessOf(period));
    },

    'GET /api/v1/policies/outcomes'({ query }) {
      const {
        cursor,
        limit,
        days,
        rule_id: ruleId,
        policy_version: policyVersion,
        ...rest
      } = query;
      const filter = { ...rest, ...lastDays(days), ruleId, policyVersion };
      return outcomes.list(filter, { cursor, limit });
    },

    async 'POST /api/v1/policies/simulations'({ body }, { caller }) {
      const { version: baseVersion } = await ports.policies.current();
      const by = caller.rights.userEmail;
      return ask({ kind: 'simulation', policy: body.policy, days: body.days, by, baseVersion });
    },

    async 'POST /api/v1/policies/optimisations'({ body }, { caller }) {
      const current = await ports.policies.current();
      if (searchedRules(current).length === 0) {
        throw new Fault('invalid-input', 'No rule asks for proof or restricts from a score on.', {
          fix: 'Give such a rule a "risk at least" first: its threshold is what is searched.',
        });
      }
      const settings = await ports.policySettings.read();
      return ask({
        kind: 'optimisation',
        policy: null,
        days: body.days ?? settings.days,
        frictionBudget: body.friction_budget ?? settings.friction_budget,
        by: caller.rights.userEmail,
        baseVersion: current.version,
      });
    },

    'GET /api/v1/policies/runs': ({ query }) => runs.list(query),

    'GET /api/v1/policies/runs/:id': ({ params }) => known(params.id),

    async 'POST /api/v1/policies/runs/:id/cancel'({ params }) {
      const run = await known(params.id);
      const cancelled = await runs.cancel(params.id, clock());
      if (cancelled) return cancelled;
      throw new Fault('conflict', `It is ${run.state} already.`, { fix: 'Look at it again.' });
    },

    async 'GET /api/v1/policies/runs/:id/sessions'({ params, query }) {
      await known(params.id);
      const { cursor, limit, difference, rule_id: ruleId } = query;
      return runs.sessions(params.id, { difference, ruleId }, { cursor, limit });
    },

    async 'GET /api/v1/policies/runs/:id/sessions/export'({ params }, call) {
      const run = await known(params.id);
      call.fileName(`policy-simulation-${run.asked_at.slice(0, 10)}.csv`);
      return exportOf(runs, run.id);
    },

    'GET /api/v1/policies/watches': ({ query }) => ports.policyWatches.list(query),

    'GET /api/v1/policies/settings': () => ports.policySettings.read(),

    async 'PUT /api/v1/policies/settings'({ body }, { caller, address }) {
      const before = await ports.policySettings.read();
      const settings = await ports.policySettings.write(body);
      await ports.journal.record({
        actor: `user:${caller.rights.userId}`,
        action: 'policy.settings_changed',
        subject: 'policy:settings',
        outcome: 'success',
        address,
        details: { before, after: settings },
      });
      return settings;
    },
  };
}

const HEADER: CsvRow = [
  'session',
  'user',
  'name',
  'device',
  'started',
  'difference',
  'today',
  'today_challenges',
  'today_challenged_at',
  'today_challenged_by',
  'today_ended_at',
  'today_ended_by',
  'draft',
  'draft_challenges',
  'draft_challenged_at',
  'draft_challenged_by',
  'draft_ended_at',
  'draft_ended_by',
  'draft_ends_for_want_of_proof_never_asked',
];

/** Page by page: no run is too large for it. */
async function* exportOf(
  runs: Pick<PolicyRuns, 'sessions'>,
  id: PolicyRunId,
): AsyncGenerator<string, void, undefined> {
  yield csv([HEADER]);
  let cursor: string | undefined;
  do {
    const page = await runs.sessions(id, {}, { cursor, limit: EXPORT_AT_ONCE });
    yield csv(page.items.map(rowOf));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
}

const hitCells = (hit: ReplayHit | null): CsvRow => [hit?.at ?? null, hit?.rule_id ?? null];

const sideCells = (side: ReplayedSession['today']): CsvRow => [
  side.effect,
  side.challenges,
  ...hitCells(side.challenge),
  ...hitCells(side.termination),
];

const rowOf = (one: ReplayedSession): CsvRow => [
  one.session_id,
  one.user_email,
  one.user_name,
  one.device_label,
  one.started_at,
  one.difference,
  ...sideCells(one.today),
  ...sideCells(one.draft),
  one.assumes_no_proof,
];
