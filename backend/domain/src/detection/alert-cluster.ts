// Several alerts about one person, of different kinds: each may be chance, all of them hardly are.
import { SEVERITIES } from '@verity/protocol/alerts/schemas';
import type { AlertFact, Finding } from './ports';

export const CLUSTER = { alerts: 3, kinds: 2 } as const;

export function alertClusters(alerts: readonly AlertFact[], now: Date): Finding[] {
  const people = new Map<string, AlertFact[]>();
  for (const alert of alerts) {
    people.set(alert.account.id, [...(people.get(alert.account.id) ?? []), alert]);
  }
  return [...people.values()].flatMap((all) => {
    const kinds = [...new Set(all.map(({ kind }) => kind))];
    if (all.length < CLUSTER.alerts || kinds.length < CLUSTER.kinds) return [];
    return [cluster(all, kinds, now)];
  });
}

function cluster(all: readonly AlertFact[], kinds: readonly string[], now: Date): Finding {
  const newest = all.at(-1) as AlertFact;
  const { account } = newest;
  const gravest = Math.max(...all.map(({ severity }) => SEVERITIES.indexOf(severity)));
  // One step above the gravest of them.
  const severity = SEVERITIES[Math.min(gravest + 1, SEVERITIES.length - 1)] ?? 'critical';
  const confidence = 1 - 2 ** -kinds.length;
  const words = kinds.map((kind) => kind.replaceAll('_', ' ')).join(', ');
  return {
    newest: newest.id,
    newestAt: newest.createdAt,
    report: {
      kind: 'alert_cluster',
      severity,
      title: `${all.length} alerts about ${account.email} within a short time`.slice(0, 200),
      description:
        `${all.length} alerts of ${kinds.length} kinds speak of ${account.email}: ${words}. ` +
        'Look at them together: end the sessions of the account if they do not fit its owner.',
      confidence,
      at: now.toISOString(),
      group_key: `alert_cluster:${account.id}`,
      session_id: null,
      user_id: account.id,
      sources: [
        {
          layer: 0,
          model_name: 'rule: alerts about one person',
          confidence,
          context_evidence: { alerts: all.length, kinds: words },
        },
      ],
    },
  };
}
