// Handlers of outcomes, the watch over new versions, and the settings of work on policies.
import type { PolicySettings } from '@verity/protocol/policy/health';
import type { outcomeRoutes } from '@verity/protocol/policy/outcome-routes';
import type { policyRunRoutes } from '@verity/protocol/policy/run-routes';
import type { Journal } from '@verity/domain/audit/ports';
import { wholeDays } from '@verity/domain/kernel/days';
import type { Clock } from '@verity/domain/kernel/ports';
import type { Watches } from '@verity/domain/policy/check-health';
import {
  calculateEffectiveness,
  type EffectivenessPorts,
} from '@verity/domain/policy/effectiveness';
import type { Outcomes } from '@verity/domain/policy/outcome-ports';
import type { Policies } from '@verity/domain/policy/ports';
import type { Handlers } from '../http/handler';
import { effectivenessCsv } from './effectiveness-csv';
import type { PolicyRunRoute } from './policy-runs';

export interface PolicyEffectPorts {
  outcomes: Outcomes;
  judged: EffectivenessPorts['judged'];
  policies: Pick<Policies, 'inForce'>;
  policyWatches: Pick<Watches, 'list'>;
  policySettings: {
    read(): Promise<PolicySettings>;
    write(settings: PolicySettings): Promise<PolicySettings>;
  };
  journal: Journal;
  clock: Clock;
}

type Route = keyof typeof outcomeRoutes | Exclude<keyof typeof policyRunRoutes, PolicyRunRoute>;

export function policyEffectHandlers(ports: PolicyEffectPorts): Handlers<Route> {
  const { outcomes, clock } = ports;

  const lastDays = (days: number) => wholeDays(clock(), days);

  const effectivenessOf = (period: { from: Date; to: Date }) =>
    calculateEffectiveness(period, ports, new AbortController().signal);

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
