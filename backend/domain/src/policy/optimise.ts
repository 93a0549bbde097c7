// Searches the thresholds of a policy for the least exposure within a friction budget, over recorded sessions.
import type { FrontierPoint, ReplayFigures } from '@verity/protocol/policy/runs';
import type { PolicyDraft } from '@verity/protocol/policy/schemas';
import { breather, type Breathe } from './breather';
import { replay, type PreparedSession, type Replayed } from './replay';
import { figuresOfAll } from './simulation-tally';

/** Scores that a threshold may take: below the first, sessions against which nothing speaks would be asked. */
export const LEVELS = Array.from({ length: 17 }, (_, i) => 15 + i * 5);
/** Up to so many combinations all are tried; above it, thresholds are improved in turn from several starts. */
const MOST_COMBINATIONS = 300;
const ROUNDS = 4;

export type Thresholds = Readonly<Record<string, number>>;

/** Sessions of some days. Those that cannot be hit by any threshold are only counted. */
export interface SessionSet {
  sessions: PreparedSession[];
  /** Of all sessions of these days. */
  total: number;
  /** How many sessions each of `sessions` stands for. */
  weight: number;
  /** Exposure of the sessions that are only counted, in minutes: the same under every policy. */
  calmExposure: number;
}

export interface Search {
  best: FrontierPoint | null;
  today: FrontierPoint;
  frontier: FrontierPoint[];
  tried: number;
  exhaustive: boolean;
}

/** Rules whose threshold is searched: those that challenge from a score on. What ends a session is left to people. */
export const searchedRules = ({ rules }: PolicyDraft): PolicyDraft['rules'] =>
  rules.filter(
    ({ effect, report_only, when }) =>
      (effect === 'step_up' || effect === 'restrict') &&
      !report_only &&
      when.risk_at_least !== undefined &&
      when.sensitivity === undefined &&
      when.resources === undefined,
  );

export const thresholdsOf = (policy: PolicyDraft): Thresholds =>
  Object.fromEntries(searchedRules(policy).map(({ id, when }) => [id, when.risk_at_least ?? 0]));

export const withThresholds = (policy: PolicyDraft, thresholds: Thresholds): PolicyDraft => ({
  ...policy,
  rules: policy.rules.map((rule) => {
    const risk_at_least = thresholds[rule.id];
    return risk_at_least === undefined ? rule : { ...rule, when: { ...rule.when, risk_at_least } };
  }),
});

export async function figuresOn(
  policy: PolicyDraft,
  set: SessionSet,
  breathe: Breathe,
): Promise<ReplayFigures> {
  const judged = breather(breathe);
  const replays: Replayed[] = [];
  for (const session of set.sessions) {
    replays.push(replay(policy, session));
    await judged(session);
  }
  const figures = figuresOfAll(replays, set.total, set.weight);
  const calm = set.total > 0 ? (set.calmExposure / set.total) * 1000 : 0;
  return { ...figures, exposure: figures.exposure + calm };
}

/**
 * The search. Every policy tried is judged on `fit`; what is reported on `heldOut` had no part in the choice. `best` is
 * the least exposure whose friction on `fit` is within `budget`, or null when today's is as good or nothing keeps the
 * budget. `tried` is told after each policy and may abort by throwing.
 */
export async function searchThresholds(
  policy: PolicyDraft,
  fit: SessionSet,
  heldOut: SessionSet | null,
  budget: number,
  tools: { breathe: Breathe; tried(count: number): Promise<void> },
): Promise<Search> {
  const ids = searchedRules(policy).map(({ id }) => id);
  const current = thresholdsOf(policy);
  const known = new Map<string, { thresholds: Thresholds; fit: ReplayFigures }>();

  const judge = async (thresholds: Thresholds) => {
    const key = ids.map((id) => thresholds[id]).join();
    const before = known.get(key);
    if (before) return before;
    const figures = await figuresOn(withThresholds(policy, thresholds), fit, tools.breathe);
    const judged = { thresholds, fit: figures };
    known.set(key, judged);
    await tools.tried(known.size);
    return judged;
  };
  type Judged = Awaited<ReturnType<typeof judge>>;
  const keepsBudget = (one: Judged): boolean => one.fit.friction <= budget;
  /** Within the budget before above it, then less exposure, then less friction. */
  const better = (a: Judged, b: Judged): boolean => {
    if (keepsBudget(a) !== keepsBudget(b)) return keepsBudget(a);
    if (!keepsBudget(a)) return a.fit.friction < b.fit.friction;
    return (
      a.fit.exposure < b.fit.exposure ||
      (a.fit.exposure === b.fit.exposure && a.fit.friction < b.fit.friction)
    );
  };

  const today = await judge(current);
  const exhaustive = LEVELS.length ** ids.length <= MOST_COMBINATIONS;
  if (exhaustive) {
    for (const thresholds of combinations(ids)) await judge(thresholds);
  } else {
    const all = (level: number): Thresholds => Object.fromEntries(ids.map((id) => [id, level]));
    const starts = [current, all(95), all(60), all(30)];
    for (const start of starts) await improve(await judge(start));
  }

  async function improve(start: Judged): Promise<void> {
    let best = start;
    for (let round = 0; round < ROUNDS; round++) {
      const before = best;
      for (const id of ids) {
        for (const level of LEVELS) {
          const next = await judge({ ...best.thresholds, [id]: level });
          if (better(next, best)) best = next;
        }
      }
      if (best === before) return;
    }
  }

  const all = [...known.values()];
  const best = all.reduce((winner, one) => (better(one, winner) ? one : winner), today);
  const present = async ({ thresholds, fit: figures }: Judged): Promise<FrontierPoint> => ({
    thresholds: { ...thresholds },
    fit: figures,
    held_out:
      heldOut && (await figuresOn(withThresholds(policy, thresholds), heldOut, tools.breathe)),
  });
  const frontier: FrontierPoint[] = [];
  for (const point of frontierOf(all)) frontier.push(await present(point));
  return {
    best: best !== today && keepsBudget(best) ? await present(best) : null,
    today: await present(today),
    frontier,
    tried: known.size,
    exhaustive,
  };
}

function* combinations(ids: readonly string[]): Generator<Thresholds, void, undefined> {
  const [first, ...rest] = ids;
  if (first === undefined) return yield {};
  for (const level of LEVELS) {
    for (const others of combinations(rest)) yield { [first]: level, ...others };
  }
}

const MOST_POINTS = 24;

/** Those that no other beats in both friction and exposure, by friction; evenly thinned when there are many. */
export function frontierOf<T extends { fit: Pick<ReplayFigures, 'friction' | 'exposure'> }>(
  points: readonly T[],
): T[] {
  const byFriction = [...points].sort(
    (a, b) => a.fit.friction - b.fit.friction || a.fit.exposure - b.fit.exposure,
  );
  let least = Infinity;
  const frontier = byFriction.filter(({ fit }) => {
    if (fit.exposure >= least) return false;
    least = fit.exposure;
    return true;
  });
  if (frontier.length <= MOST_POINTS) return frontier;
  const step = (frontier.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => frontier[Math.round(i * step)] as T);
}
