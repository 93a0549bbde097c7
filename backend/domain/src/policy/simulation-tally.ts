// The running sums of a simulation: JSON, so that one that is interrupted goes on where it was.
import type { Difference, ReplayFigures, SimulationResult } from '@verity/protocol/policy/runs';
import type { Effect } from '@verity/protocol/policy/schemas';
import type { Compared } from './compare-replays';
import type { Hit, Replayed } from './replay';

interface SideTally {
  challengedSessions: number;
  challenges: number;
  terminated: number;
  exposure: number;
}

export interface SimulationTally {
  sessions: number;
  today: SideTally;
  draft: SideTally;
  differences: Record<Difference, number>;
  moves: { now: Effect; then: Effect; sessions: number }[];
  rules: SimulationResult['rules'];
  cutShort: number;
  assumesNoProof: number;
}

const emptySide = (): SideTally => ({
  challengedSessions: 0,
  challenges: 0,
  terminated: 0,
  exposure: 0,
});

export const emptyTally = (): SimulationTally => ({
  sessions: 0,
  today: emptySide(),
  draft: emptySide(),
  differences: { stricter: 0, milder: 0, other_rule: 0, none: 0 },
  moves: [],
  rules: [],
  cutShort: 0,
  assumesNoProof: 0,
});

/** The sums with one more session; the tally passed in is changed. */
export function tallySession(tally: SimulationTally, compared: Compared): void {
  const { today, draft } = compared;
  tally.sessions += 1;
  addSide(tally.today, today);
  addSide(tally.draft, draft);
  tally.differences[compared.difference] += 1;
  if (today.strictest !== draft.strictest) addMove(tally, today.strictest, draft.strictest);
  for (const hit of firstHits(today)) addRule(tally, hit, 'today');
  for (const hit of firstHits(draft)) addRule(tally, hit, 'draft');
  if (today.termination && !draft.termination) tally.cutShort += 1;
  if (compared.assumesNoProof) tally.assumesNoProof += 1;
}

export function figuresOfReplays(side: SideTally, sessions: number): ReplayFigures {
  const perThousand = (sum: number): number => (sessions > 0 ? (sum / sessions) * 1000 : 0);
  return {
    challenged_sessions: side.challengedSessions,
    challenges: side.challenges,
    terminated: side.terminated,
    friction: perThousand(side.challenges),
    exposure: perThousand(side.exposure),
  };
}

/** The figures of one policy over sessions, some of which stand for several. */
export function figuresOfAll(
  replays: Iterable<Replayed>,
  sessions: number,
  weight = 1,
): ReplayFigures {
  const side = emptySide();
  for (const each of replays) addSide(side, each);
  const scaled: SideTally = {
    challengedSessions: Math.round(side.challengedSessions * weight),
    challenges: Math.round(side.challenges * weight),
    terminated: Math.round(side.terminated * weight),
    exposure: side.exposure * weight,
  };
  return figuresOfReplays(scaled, sessions);
}

export const resultOf = (tally: SimulationTally): SimulationResult => ({
  sessions: tally.sessions,
  today: figuresOfReplays(tally.today, tally.sessions),
  draft: figuresOfReplays(tally.draft, tally.sessions),
  differences: tally.differences,
  moves: [...tally.moves].sort((a, b) => b.sessions - a.sessions),
  rules: [...tally.rules].sort((a, b) => b.draft + b.today - (a.draft + a.today)),
  cut_short: tally.cutShort,
  assumes_no_proof: tally.assumesNoProof,
});

function addSide(side: SideTally, replayed: Replayed): void {
  if (replayed.challenges > 0) side.challengedSessions += 1;
  side.challenges += replayed.challenges;
  if (replayed.termination) side.terminated += 1;
  side.exposure += replayed.exposure;
}

function addMove(tally: SimulationTally, now: Effect, then: Effect): void {
  const move = tally.moves.find((one) => one.now === now && one.then === then);
  if (move) move.sessions += 1;
  else tally.moves.push({ now, then, sessions: 1 });
}

/** One a rule. */
function firstHits({ firstChallenge, termination }: Replayed): Hit[] {
  const hits = [firstChallenge, termination].filter((hit) => hit !== null);
  return hits.filter((hit, at) => hits.findIndex(({ ruleId }) => ruleId === hit.ruleId) === at);
}

function addRule(tally: SimulationTally, hit: Hit, side: 'today' | 'draft'): void {
  let rule = tally.rules.find(({ rule_id }) => rule_id === hit.ruleId);
  if (!rule) {
    rule = { rule_id: hit.ruleId, rule_name: hit.ruleName, today: 0, draft: 0 };
    tally.rules.push(rule);
  }
  rule[side] += 1;
}
