// What is wrong with a draft before it judges anybody: who is locked out, which rule never decides, what is named and not there.
import type { Role } from '@verity/protocol/identity/schemas';
import type {
  Condition,
  PolicyDraft,
  PolicyFinding,
  Resource,
  Rule,
  Sensitivity,
} from '@verity/protocol/policy/schemas';
import { DEFAULT_SIGNAL_WEIGHT, EFFECT_IN_WORDS } from '@verity/protocol/policy/words';
import { decide, type Facts, type PolicyDecision } from './decide';
import { askedOf } from './resource-of';

export interface ReviewContext {
  /** Ids of the groups that there are. */
  groups: ReadonlySet<string>;
  /** Everybody who could mend a policy: the admins who can sign in. */
  admins: readonly { groups: readonly string[]; totpEnrolled: boolean; passkeyEnrolled: boolean }[];
  /** Score of a session against which nothing speaks. */
  calmScore: number;
  now: Date;
}

/** Errors first, each list in the order of the rules. */
export function reviewPolicy(draft: PolicyDraft, context: ReviewContext): PolicyFinding[] {
  const found = [
    ...draft.rules.flatMap((rule, at) => [
      ...contradictions(rule, `/rules/${at}/when`),
      ...unknownNames(rule, `/rules/${at}/when`, draft, context),
      ...neverDecides(draft.rules, at),
    ]),
    ...twins(draft.resources),
    ...lockOut(draft, context),
  ];
  const errors = found.filter(({ severity }) => severity === 'error');
  return [...errors, ...found.filter(({ severity }) => severity === 'warning')];
}

function contradictions({ name, when }: Rule, path: string): PolicyFinding[] {
  const { risk_at_least: floor, risk_below: ceiling } = when;
  if (floor !== undefined && ceiling !== undefined && floor >= ceiling) {
    return [
      {
        severity: 'error',
        path: `${path}/risk_below`,
        message: `"${name}" can never hold: no risk is ${floor} or more and below ${ceiling}.`,
        fix: `Raise "below" above ${floor}, or lower "at least" under ${ceiling}.`,
      },
    ];
  }
  if (when.signal_weight !== undefined && !when.signals) {
    return [
      {
        severity: 'warning',
        path: `${path}/signal_weight`,
        message: `"${name}" gives a weight for signals and names none.`,
        fix: 'Name the signals, or take the weight away.',
      },
    ];
  }
  return [];
}

function unknownNames(
  { name, when }: Rule,
  path: string,
  { resources }: PolicyDraft,
  { groups }: ReviewContext,
): PolicyFinding[] {
  const unknown = (
    part: 'groups' | 'resources',
    known: ReadonlySet<string>,
    fix: string,
  ): PolicyFinding[] =>
    (when[part] ?? []).flatMap((id, at) =>
      known.has(id)
        ? []
        : [
            {
              severity: 'error' as const,
              path: `${path}/${part}/${at}`,
              message: `"${name}" names the ${part.slice(0, -1)} "${id}", which is not there.`,
              fix,
            },
          ],
    );
  return [
    ...unknown('groups', groups, 'Make the group under Users, or name another.'),
    ...unknown(
      'resources',
      new Set(resources.map(({ id }) => id)),
      'Add the resource to this policy, or name another.',
    ),
  ];
}

/** Rules are compared two by two: what only several earlier ones together take away is not seen. */
function neverDecides(rules: readonly Rule[], at: number): PolicyFinding[] {
  const rule = rules[at] as Rule;
  const before = rules.slice(0, at).find(({ effect, report_only, when }) => {
    if (effect === 'notify' || report_only) return false;
    return isCoveredBy(rule.when, when);
  });
  if (!before) return [];
  return [
    {
      severity: 'warning',
      path: `/rules/${at}`,
      message: `"${rule.name}" never decides: wherever it holds, "${before.name}" has decided before.`,
      fix: 'Move it up, make the rule before it narrower, or delete it.',
    },
  ];
}

type Compare = (narrow: never, wide: never) => boolean;

const within: Compare = (narrow: readonly unknown[], wide: readonly unknown[]) =>
  narrow.every((one) => wide.includes(one));
const atLeast: Compare = (narrow: number, wide: number) => narrow >= wide;
const atMost: Compare = (narrow: number, wide: number) => narrow <= wide;
const equal: Compare = (narrow: unknown, wide: unknown) => narrow === wide;

/** Whether the part of the narrow condition makes that of the wide one hold. */
const COVERS: Record<Exclude<keyof Condition, 'signal_weight'>, Compare> = {
  risk_at_least: atLeast,
  risk_below: atMost,
  roles: within,
  groups: within,
  device_trusted: equal,
  signals: within,
  sensitivity: within,
  resources: within,
  totp_enrolled: equal,
  strong_proof_enrolled: equal,
  no_step_up_within: atLeast,
  challenged_for_seconds: atLeast,
};

/** Whether `wide` holds wherever `narrow` does. */
export function isCoveredBy(narrow: Condition, wide: Condition): boolean {
  const weight = (when: Condition): number => when.signal_weight ?? DEFAULT_SIGNAL_WEIGHT;
  if (wide.signals && weight(narrow) < weight(wide)) return false;
  return (Object.keys(COVERS) as (keyof typeof COVERS)[]).every((key) => {
    // No risk is below nought.
    if (wide[key] === undefined || (key === 'risk_at_least' && wide[key] === 0)) return true;
    return narrow[key] !== undefined && COVERS[key](narrow[key] as never, wide[key] as never);
  });
}

function twins(resources: readonly Resource[]): PolicyFinding[] {
  const place = ({ host, path_prefix, methods }: Resource): string =>
    JSON.stringify([host ?? null, path_prefix.replace(/\/+$/, ''), [...(methods ?? [])].sort()]);
  return resources.flatMap((resource, at): PolicyFinding[] => {
    const first = resources.slice(0, at).find((other) => place(other) === place(resource));
    if (!first) return [];
    return [
      {
        severity: 'warning',
        path: `/resources/${at}`,
        message: `"${resource.name}" is never found: "${first.name}" stands for the same requests.`,
        fix: 'Give it another host, path or method, or delete it.',
      },
    ];
  });
}

/**
 * An admin is locked out when even a calm session on a trusted device, just proven, may not look at the policy or
 * change it. The draft is refused when that is so for every admin there is.
 */
function lockOut(draft: PolicyDraft, context: ReviewContext): PolicyFinding[] {
  if (context.admins.length === 0) return [];
  const stopped: PolicyDecision[] = [];
  for (const admin of context.admins) {
    const stop = whatStops(draft, admin, context);
    if (!stop) return [];
    stopped.push(stop);
  }
  const [first] = stopped as [PolicyDecision];
  const at = draft.rules.findIndex(({ id }) => id === first.ruleId);
  return [
    {
      severity: 'error',
      path: at < 0 ? '/rules' : `/rules/${at}`,
      message: `It would lock out every admin: "${first.ruleName}" would ${EFFECT_IN_WORDS[first.effect]} even for a calm, freshly proven session, and nobody could change the policy back.`,
      fix: 'Narrow that rule, or put a rule before it that allows admins who have just proven who they are.',
    },
  ];
}

/** What an admin must get through to mend a policy. */
const NEEDED: readonly [method: string, path: string, sensitivity: Sensitivity][] = [
  ['GET', '/api/v1/me', 'low'],
  ['POST', '/api/v1/step-up', 'low'],
  ['GET', '/api/v1/policies/standing', 'medium'],
  ['PUT', '/api/v1/policies', 'high'],
];

function whatStops(
  draft: PolicyDraft,
  admin: ReviewContext['admins'][number],
  { calmScore, now }: ReviewContext,
): PolicyDecision | null {
  const facts: Facts = {
    riskScore: calmScore,
    role: 'admin' satisfies Role,
    groups: admin.groups,
    deviceTrusted: true,
    totpEnrolled: admin.totpEnrolled,
    passkeyEnrolled: admin.passkeyEnrolled,
    lastStepUpAt: now,
    contributions: [],
  };
  const doors = NEEDED.map(([method, path, declared]) => ({
    ...facts,
    resource: askedOf(draft, { host: null, method, path }, declared),
  }));
  return (
    [facts, ...doors]
      .map((about) => decide(draft, about, null, now))
      .find(({ effect }) => effect !== 'allow') ?? null
  );
}
