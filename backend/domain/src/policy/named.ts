// What the rules of policies name.
import type { PolicyDraft } from '@verity/protocol/policy/schemas';
import type { StandingPolicy } from './ports';

const conditions = (policy: Pick<PolicyDraft, 'rules'>) => policy.rules.map(({ when }) => when);

/** Ids of groups in the rules that judge now, on trial too. */
export function groupsNamed({ current, trial }: StandingPolicy): ReadonlySet<string> {
  const all = [...conditions(current), ...(trial ? conditions(trial) : [])];
  return new Set(all.flatMap(({ groups = [] }) => groups));
}
