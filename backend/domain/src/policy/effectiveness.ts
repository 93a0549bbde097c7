// How well the policy does, from what became of its challenges. docs/models/policy-effect.md gives the definitions.
import type {
  EffectFigures,
  Effectiveness,
  PolicyOutcome,
  Share,
} from '@verity/protocol/policy/outcomes';
import { quantileOfSorted } from '../kernel/maths';
import { wilson } from '../kernel/wilson';
import type { JudgedSessions, OutcomeCount, Outcomes } from './outcome-ports';
import type { Policies } from './ports';

/**
 * Whether a challenge met a stranger (`true`) or its owner (`false`); null while it is open and when the risk fell by
 * itself. What people said outweighs what happened.
 */
export function verdictOn({
  outcome,
  said,
}: Pick<PolicyOutcome, 'outcome' | 'said'>): 'true' | 'false' | null {
  if (said) return said === 'stranger' ? 'true' : 'false';
  if (outcome === 'passed') return 'false';
  return outcome === 'open' || outcome === 'eased' ? null : 'true';
}

export function shareOf(count: number, of: number): Share {
  const interval = wilson(count, of);
  return {
    count,
    of,
    share: of > 0 ? count / of : null,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
}

/** Challenges for each 1,000 sessions; null without sessions. */
export const frictionOf = (challenges: number, sessions: number): number | null =>
  sessions > 0 ? (challenges / sessions) * 1000 : null;

const sum = (counts: readonly OutcomeCount[], fits: (one: OutcomeCount) => boolean): number =>
  counts.reduce((total, one) => total + (fits(one) ? one.count : 0), 0);

export function figuresOf(counts: readonly OutcomeCount[]): EffectFigures {
  const challenges = counts.filter(({ kind }) => kind === 'challenge');
  const terminations = counts.filter(({ kind }) => kind === 'termination');
  const ended = (how: PolicyOutcome['outcome']) => sum(challenges, (one) => one.outcome === how);
  const right = sum(challenges, (one) => verdictOn(one) === 'true');
  const wrong = sum(challenges, (one) => verdictOn(one) === 'false');
  const terminated = sum(terminations, () => true);
  const seconds = terminations.flatMap((one) => one.secondsToStop).sort((a, b) => a - b);
  return {
    challenges: sum(challenges, () => true),
    open: ended('open'),
    passed: ended('passed'),
    failed: ended('failed'),
    abandoned: ended('abandoned'),
    terminated: ended('terminated'),
    eased: ended('eased'),
    reported_wrong: sum(counts, ({ said }) => said === 'owner'),
    reported_stranger: sum(counts, ({ said }) => said === 'stranger'),
    true_challenges: shareOf(right, right + wrong),
    false_challenges: shareOf(wrong, right + wrong),
    terminations: terminated,
    wrong_terminations: shareOf(
      sum(terminations, ({ said }) => said === 'owner'),
      terminated,
    ),
    time_to_stop:
      seconds.length === 0
        ? null
        : {
            known: seconds.length,
            median: quantileOfSorted(seconds, 0.5),
            p90: quantileOfSorted(seconds, 0.9),
          },
  };
}

export interface EffectivenessPorts {
  outcomes: Pick<Outcomes, 'count'>;
  judged: Pick<JudgedSessions, 'lived' | 'livedByDay'>;
  policies: Pick<Policies, 'inForce'>;
}

/** Reads and reckons the effectiveness of a period. */
export async function calculateEffectiveness(
  period: { from: Date; to: Date },
  tools: EffectivenessPorts,
  signal: AbortSignal,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<Effectiveness> {
  const [counts, sessions, byDay, inForce] = await Promise.all([
    tools.outcomes.count(period),
    tools.judged.lived(period),
    tools.judged.livedByDay(period),
    tools.policies.inForce(),
  ]);
  const seen = [...groups(counts, ({ policyVersion }) => policyVersion)].sort(([a], [b]) => b - a);
  const versions: Effectiveness['versions'] = [];
  for (const [version, alike] of seen) {
    signal.throwIfAborted();
    const lived = await livedUnder(version, inForce, period, tools.judged);
    const figures = figuresOf(alike);
    versions.push({
      ...figures,
      policy_version: version,
      sessions: lived,
      friction: frictionOf(figures.challenges, lived),
    });
    progress(versions.length, seen.length);
  }
  const total = figuresOf(counts);
  return {
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    sessions,
    total: { ...total, friction: frictionOf(total.challenges, sessions) },
    rules: rulesOf(counts, sessions),
    versions,
    days: daysOf(counts, byDay),
  };
}

function groups<K>(counts: readonly OutcomeCount[], key: (one: OutcomeCount) => K) {
  const found = new Map<K, OutcomeCount[]>();
  for (const one of counts) {
    const alike = found.get(key(one));
    if (alike) alike.push(one);
    else found.set(key(one), [one]);
  }
  return found;
}

/** Those that hit most first. */
function rulesOf(counts: readonly OutcomeCount[], sessions: number): Effectiveness['rules'] {
  return Array.from(
    groups(counts, ({ ruleId }) => ruleId),
    ([rule_id, alike]) => {
      const figures = figuresOf(alike);
      const friction = frictionOf(figures.challenges, sessions);
      return { ...figures, rule_id, rule_name: alike.at(-1)?.ruleName ?? rule_id, friction };
    },
  ).sort(
    (a, b) =>
      b.challenges + b.terminations - (a.challenges + a.terminations) ||
      a.rule_id.localeCompare(b.rule_id),
  );
}

/** How many sessions lived while a version was in force, within the period. */
async function livedUnder(
  version: number,
  inForce: readonly { version: number; since: Date }[],
  { from, to }: { from: Date; to: Date },
  judged: Pick<JudgedSessions, 'lived'>,
): Promise<number> {
  const ordered = [...inForce].sort((a, b) => a.since.getTime() - b.since.getTime());
  const at = ordered.findIndex((one) => one.version === version);
  if (at < 0) return 0;
  const since = Math.max(from.getTime(), (ordered[at] as { since: Date }).since.getTime());
  const until = Math.min(to.getTime(), ordered[at + 1]?.since.getTime() ?? Infinity);
  return until <= since ? 0 : judged.lived({ from: new Date(since), to: new Date(until) });
}

function daysOf(
  counts: readonly OutcomeCount[],
  byDay: readonly { day: string; sessions: number }[],
): Effectiveness['days'] {
  const perDay = groups(counts, ({ day }) => day);
  return byDay.map(({ day, sessions }) => {
    const figures = figuresOf(perDay.get(day) ?? []);
    return {
      day,
      sessions,
      challenges: figures.challenges,
      true_challenges: figures.true_challenges.count,
      false_challenges: figures.false_challenges.count,
      terminations: figures.terminations,
      friction: frictionOf(figures.challenges, sessions),
    };
  });
}
