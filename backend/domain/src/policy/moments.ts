// Moments: what the decision point was told of a session, so thinned that it can be kept and replayed later.
import type { Role } from '@verity/protocol/identity/schemas';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { Contribution, Source } from '@verity/protocol/risk/schemas';
import type { Facts } from './decide';

/** What was known of the person and the device. */
export interface PersonFacts {
  role: Role;
  groups: readonly string[];
  deviceTrusted: boolean;
  totpEnrolled: boolean;
  passkeyEnrolled: boolean;
  /** Epoch ms of the last proof beyond signing in; null without one. */
  stepUpAt: number | null;
}

/** What is left of the evidence by source, natural log-odds; sources that hardly weigh are left out. */
export type Weights = Partial<Record<Source, number>>;

export interface Moment {
  /** Epoch ms. */
  at: number;
  /** 0 to 100. */
  score: number;
  weights: Weights;
  facts: PersonFacts;
}

export interface MomentRecord extends Moment {
  sessionId: SessionId;
  userId: UserId;
}

/** A session as it was recorded, in order. It has at least one moment. */
export interface RecordedSession {
  sessionId: SessionId;
  userId: UserId;
  moments: Moment[];
}

export interface Moments {
  /** Many at once; those that are there already are left alone. */
  add(moments: MomentRecord[]): Promise<void>;
  /** Sessions with moments in the period, in the order of their ids, after one of them when it is named. */
  recorded(
    period: { from: Date; to: Date },
    after?: SessionId | null,
  ): AsyncIterable<RecordedSession>;
  /** How many sessions `recorded` would answer. */
  countOfSessions(period: { from: Date; to: Date }): Promise<number>;
  /** What is kept of a person, in no order. */
  ofUser(user: UserId): AsyncIterable<MomentRecord>;
  /** How many documents were removed. */
  removeOfUser(user: UserId): Promise<number>;
}

/** A moment is kept when the score has moved so far since the one before, or after so long. */
export const MOMENT_STEP = { score: 2, ms: 60_000 } as const;
/** Log-odds below which evidence is not kept; rules ask for 0.5 unless they say otherwise. */
const LEAST_WEIGHT = 0.1;

export const isDue = (
  before: { score: number; at: number } | null,
  now: { score: number; at: number },
): boolean =>
  before === null ||
  Math.abs(now.score - before.score) >= MOMENT_STEP.score ||
  now.at - before.at >= MOMENT_STEP.ms;

export const sameFacts = (a: PersonFacts, b: PersonFacts): boolean =>
  a.role === b.role &&
  a.deviceTrusted === b.deviceTrusted &&
  a.totpEnrolled === b.totpEnrolled &&
  a.passkeyEnrolled === b.passkeyEnrolled &&
  a.stepUpAt === b.stepUpAt &&
  a.groups.join() === b.groups.join();

/** To three decimals, the prior left out. */
export function weightsOf(
  contributions: readonly Pick<Contribution, 'source' | 'log_odds'>[],
): Weights {
  const weights: Weights = {};
  for (const { source, log_odds } of contributions) {
    if (source === 'prior' || Math.abs(log_odds) < LEAST_WEIGHT) continue;
    weights[source] = Math.round(log_odds * 1000) / 1000;
  }
  return weights;
}

/** What the decision point is told anew of a moment; without a resource: it was about the session as a whole. */
export const factsAt = ({ score, weights, facts }: Moment): Facts => ({
  riskScore: score,
  role: facts.role,
  groups: facts.groups,
  deviceTrusted: facts.deviceTrusted,
  totpEnrolled: facts.totpEnrolled,
  passkeyEnrolled: facts.passkeyEnrolled,
  lastStepUpAt: facts.stepUpAt === null ? null : new Date(facts.stepUpAt),
  contributions: (Object.entries(weights) as [Source, number][]).map(([source, log_odds]) => ({
    source,
    log_odds,
    value: source,
  })),
});
