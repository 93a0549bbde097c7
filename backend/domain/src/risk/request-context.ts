// A request in its context: what it tells beside the score of its session, and the score of both together.
import type { Observation } from '@verity/protocol/risk/messages';
import type { Band, Contribution, RiskScore } from '@verity/protocol/risk/schemas';
import { PRIOR_LOG_ODDS } from './evidence';
import { bandOf, scoreOf } from './score';
import { networkOf } from './signals';
import { travelSignal, type Locate } from './travel';

export interface RequestFacts {
  address: string;
  at: Date;
  /** Where and when the session was seen before. */
  session: { address: string; at: Date };
}

export interface RequestScore {
  /** Null until the session has been scored. */
  sessionScore: number | null;
  score: number;
  band: Band;
  observations: Observation[];
  /** Of the session, with those of the request in place of weaker ones of the same source. */
  contributions: Contribution[];
}

/** What a request tells that does not come from where its session began. Without an address it tells nothing. */
export function requestSignals(locate: Locate, facts: RequestFacts): Observation[] {
  const { address, at, session } = facts;
  if (!address || address === session.address) return [];
  if (networkOf(address) === networkOf(session.address)) return [];
  const moved: Observation = {
    source: 'address',
    mode: 'set',
    weight: 0.6,
    value: 'a request from another network than that of the sign-in',
  };
  const travel = travelSignal(locate, { address, at }, [session]);
  return travel ? [moved, travel] : [moved];
}

/** The score of a request: the evidence of its session, and what the request adds. Without a score yet, the prior. */
export function scoreRequest(
  risk: Pick<RiskScore, 'log_odds' | 'contributions'> | null,
  observations: Observation[],
  at: Date,
): RequestScore {
  let logOdds = risk?.log_odds ?? PRIOR_LOG_ODDS;
  const contributions: RequestScore['contributions'] = [...(risk?.contributions ?? [])];
  for (const { source, value, weight } of observations) {
    const place = contributions.findIndex((each) => each.source === source);
    const held = contributions[place]?.log_odds ?? 0;
    if (weight <= held) continue;
    logOdds += weight - held;
    contributions.splice(place < 0 ? contributions.length : place, place < 0 ? 0 : 1, {
      source,
      value,
      weight,
      log_odds: weight,
      observed_at: at.toISOString(),
    });
  }
  const score = scoreOf(logOdds);
  const sessionScore = risk && scoreOf(risk.log_odds);
  return { sessionScore, score, band: bandOf(score), observations, contributions };
}
