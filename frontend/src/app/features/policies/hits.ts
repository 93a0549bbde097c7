// How often each rule of the policy in force decided lately.
import type { Policy, PolicyActivity } from '../../core/wire';

export interface Hits {
  sessions: number;
  decisions: number;
}

/** By rule id. A rule in report-only mode has what this version told of it; a version on trial counts for itself. */
export function hitsOf(
  activity: PolicyActivity | undefined,
  current: Policy | undefined,
): ReadonlyMap<string, Hits> {
  const reporting = new Set(
    current?.rules.filter(({ report_only }) => report_only).map(({ id }) => id),
  );
  const counted = (activity?.rules ?? []).filter(({ reported, policy_version, rule_id }) =>
    reporting.has(rule_id) ? reported && policy_version === current?.version : !reported,
  );
  return new Map(
    counted.map(({ rule_id, sessions, decisions }) => [rule_id, { sessions, decisions }]),
  );
}
