// Replay: a recorded session judged again by any policy, moment by moment, with the decision point that judges live ones.
import { EFFECTS, type Effect, type PolicyDraft } from '@verity/protocol/policy/schemas';
import { decide, type DecisionState, type Facts } from './decide';
import { factsAt, type RecordedSession } from './moments';

/** Where a rule took rights away. */
export interface Hit {
  /** Epoch ms. */
  at: number;
  ruleId: string;
  ruleName: string;
  effect: Effect;
  /** The score then, 0 to 100. */
  score: number;
}

export interface Replayed {
  /** The strictest effect that it met. */
  strictest: Effect;
  /** Times that rights which were whole were reduced. */
  challenges: number;
  firstChallenge: Hit | null;
  termination: Hit | null;
  /**
   * Minutes with full rights weighted by the probability of a stranger, which the calibrated score is: the minutes that
   * a stranger is expected to act unhindered.
   */
  exposure: number;
}

/** One step of a session ready to be judged by many policies. */
export interface Tick {
  at: number;
  facts: Facts;
  /** Minutes until the next step. */
  minutes: number;
  /** Of a stranger, 0 to 1. */
  probability: number;
}

export interface PreparedSession {
  sessionId: RecordedSession['sessionId'];
  userId: RecordedSession['userId'];
  ticks: Tick[];
  /** Its highest score. */
  peak: number;
}

/** A gap longer than this was no behaviour: moments come at least once a minute while a session lives. */
const LONGEST_STEP_MINUTES = 2;

/** What people know of a session outweighs its score: a probability of 1 or 0. */
export function prepareSession(
  { sessionId, userId, moments }: RecordedSession,
  said: 'owner' | 'stranger' | null = null,
): PreparedSession {
  const known = said === null ? null : said === 'stranger' ? 1 : 0;
  const ticks = moments.map((moment, i): Tick => {
    const next = moments[i + 1];
    const minutes = next ? (next.at - moment.at) / 60_000 : 0;
    return {
      at: moment.at,
      facts: factsAt(moment),
      minutes: Math.min(LONGEST_STEP_MINUTES, Math.max(0, minutes)),
      probability: known ?? moment.score / 100,
    };
  });
  const peak = moments.reduce((highest, { score }) => Math.max(highest, score), 0);
  return { sessionId, userId, ticks, peak };
}

/**
 * Judges a session from its first moment to its last, or to where the policy ends it. Between two moments it is judged
 * again whenever time alone may change the verdict. Deterministic.
 */
export function replay(policy: PolicyDraft, session: PreparedSession): Replayed {
  const clocks = clocksOf(policy);
  let state: DecisionState | null = null;
  const result: Replayed = {
    strictest: 'allow',
    challenges: 0,
    firstChallenge: null,
    termination: null,
    exposure: 0,
  };
  for (const [i, tick] of session.ticks.entries()) {
    const end = session.ticks[i + 1]?.at ?? tick.at;
    let at: number | null = tick.at;
    while (at !== null) {
      const before: Effect = state?.effect ?? 'allow';
      const decision = decide(policy, tick.facts, state, new Date(at));
      state = decision.state;
      const hit = (): Hit => ({
        at: at as number,
        ruleId: decision.ruleId,
        ruleName: decision.ruleName,
        effect: decision.effect,
        score: tick.facts.riskScore,
      });
      if (EFFECTS.indexOf(decision.effect) > EFFECTS.indexOf(result.strictest)) {
        result.strictest = decision.effect;
      }
      if (decision.effect === 'terminate') {
        result.termination = hit();
        return result;
      }
      if (decision.effect !== 'allow' && before === 'allow') {
        result.challenges += 1;
        result.firstChallenge ??= hit();
      }
      const next: number | null = dueBetween(clocks, state, tick.facts, policy, at, end);
      if (decision.effect === 'allow') {
        const longest = LONGEST_STEP_MINUTES * 60_000;
        const until = Math.min(next ?? end, tick.at + longest);
        result.exposure += (Math.max(0, until - at) / 60_000) * tick.probability;
      }
      at = next;
    }
  }
  return result;
}

interface Clocks {
  challengedFor: number[];
  sinceProof: number[];
}

/** Every span, in milliseconds, at whose end a rule may begin to hold. */
const clocksOf = ({ rules }: PolicyDraft): Clocks => ({
  challengedFor: rules.flatMap(({ when }) =>
    when.challenged_for_seconds === undefined ? [] : [when.challenged_for_seconds * 1000],
  ),
  sinceProof: rules.flatMap(({ when }) =>
    when.no_step_up_within === undefined ? [] : [when.no_step_up_within * 1000 + 1],
  ),
});

/** The first time after `from` and before `to` at which time alone may change the verdict; null when there is none. */
function dueBetween(
  { challengedFor, sinceProof }: Clocks,
  state: DecisionState,
  facts: Facts,
  { hysteresis }: PolicyDraft,
  from: number,
  to: number,
): number | null {
  let first = to;
  const consider = (at: number): void => {
    if (at > from && at < first) first = at;
  };
  if (state.effect !== 'allow') for (const span of challengedFor) consider(state.since + span);
  if (state.calmSince !== null) consider(state.calmSince + hysteresis.hold_seconds * 1000);
  const proof = facts.lastStepUpAt?.getTime();
  if (proof !== undefined) for (const span of sinceProof) consider(proof + span);
  return first < to ? first : null;
}
