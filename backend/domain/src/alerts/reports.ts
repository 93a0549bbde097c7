// Reports of what a human must look at: facts in, the message for stream:alerts out. Reports of one group become one alert.
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { AlertSource, Severity } from '@verity/protocol/alerts/schemas';
import type { SessionId, UserId } from '@verity/protocol/ids';
import {
  BANDS,
  type Band,
  type Contribution,
  type RiskScore,
  type Source,
} from '@verity/protocol/risk/schemas';

/** Layers of detection: 0 rules over counts and doors, 1 models of one signal, 2 the score over all of them. */
const LAYER = { rule: 0, model: 1, score: 2 } as const;

/** Which model speaks through a source of evidence; the others are rules. */
const MODELS: Partial<Record<Source, string>> = {
  keystroke: 'behaviour model, typing',
  mouse: 'behaviour model, pointer',
};

const REASONS_TOLD = 3;
/** Log-odds below which evidence is no reason. */
const TELLING = 0.1;

const atLeast = (band: Band, floor: Band): boolean => BANDS.indexOf(band) >= BANDS.indexOf(floor);

/**
 * A score that rose from below the high band into it, from high to critical, or began there; null for any other move. One group a
 * session: whatever rises again while the alert is worked on joins it.
 */
export function riskCrossing(facts: {
  /** Null for the first score. */
  before: Band | null;
  now: RiskScore;
  userEmail: string;
}): AlertMessage | null {
  const { before, now, userEmail } = facts;
  if (!atLeast(now.band, 'high') || atLeast(before ?? 'low', now.band)) return null;
  const score = Math.round(now.risk_score);
  const telling = strongestFirst(now.contributions).slice(0, REASONS_TOLD);
  const reasons = telling.map(({ value }) => value).join('; ');
  return {
    kind: 'risk_crossing',
    severity: now.band,
    title: `Risk of ${userEmail} ${before ? 'rose to' : 'began at'} ${score}`.slice(0, 200),
    description:
      `The score of this session ${before ? `rose from ${before} to` : 'began'} ${now.band} (${score} of 100).` +
      (reasons ? ` What speaks for a stranger: ${reasons}.` : ''),
    // The score is calibrated: it is the probability of a stranger.
    confidence: now.risk_score / 100,
    at: now.at,
    group_key: `risk_crossing:${now.session_id}`,
    session_id: now.session_id,
    user_id: now.user_id,
    sources: [
      {
        layer: LAYER.score,
        model_name: 'risk score',
        confidence: now.risk_score / 100,
        context_evidence: { risk_score: now.risk_score, log_odds: now.log_odds, band: now.band },
      },
      ...telling.map(sourceOf),
    ],
  };
}

const strongestFirst = (contributions: readonly Contribution[]): Contribution[] =>
  contributions
    .filter(({ source, log_odds }) => source !== 'prior' && log_odds > TELLING)
    .sort((a, b) => b.log_odds - a.log_odds);

function sourceOf({ source, value, weight, log_odds, observed_at }: Contribution): AlertSource {
  const model = MODELS[source];
  return {
    layer: model ? LAYER.model : LAYER.rule,
    model_name: model ?? `rule: ${source.replaceAll('_', ' ')}`,
    // What this evidence alone makes of even odds.
    confidence: 1 / (1 + Math.exp(-log_odds)),
    context_evidence: { value, weight, log_odds, observed_at },
  };
}

/** Wrong passwords in a row that are worth a look, and those that are more than a forgetful person. */
export const FAILED_LOGIN_BURST = { reported: 5, high: 20, critical: 100 } as const;

/** Whose sign-ins failed: an account, an account that is not there (what was typed is not kept), or all from an address. */
export type BurstTarget = { userId: UserId; email: string } | 'unknown account' | 'address';

/** A burst is reported when it begins and each time that it has doubled: an attack does not flood the queue. */
export function failedLoginBurst(facts: {
  target: BurstTarget;
  address: string;
  failures: number;
  at: Date;
}): AlertMessage | null {
  const { target, address, failures } = facts;
  const doublings = Math.log2(failures / FAILED_LOGIN_BURST.reported);
  if (doublings < 0 || !Number.isInteger(doublings)) return null;
  const severity: Severity =
    failures >= FAILED_LOGIN_BURST.critical
      ? 'critical'
      : failures >= FAILED_LOGIN_BURST.high
        ? 'high'
        : 'medium';
  const confidence = 1 - 2 ** -(doublings + 1);
  const told = burstInWords(target, address);
  return {
    kind: 'failed_login_burst',
    severity,
    title: `${failures} failed sign-ins ${told.title}`.slice(0, 200),
    description: `${failures} sign-ins in a row failed, the last from ${address}. ${told.meaning}`,
    confidence,
    at: facts.at.toISOString(),
    group_key: `failed_login_burst:${told.group}`,
    session_id: null,
    user_id: typeof target === 'object' ? target.userId : null,
    sources: [
      {
        layer: LAYER.rule,
        model_name: 'rule: failed logins',
        confidence,
        context_evidence: { failures, address, threshold: FAILED_LOGIN_BURST.reported },
      },
    ],
  };
}

function burstInWords(target: BurstTarget, address: string) {
  if (target === 'address') {
    return {
      title: `from ${address}`,
      meaning: 'They tried several accounts: somebody is guessing, or a shared address is busy.',
      group: `address:${address}`,
    };
  }
  if (target === 'unknown account') {
    return {
      title: `for an unknown account, from ${address}`,
      meaning: 'No account has the name that was typed.',
      group: `unknown:${address}`,
    };
  }
  return {
    title: `for ${target.email}`,
    meaning: 'The account is throttled for a while.',
    group: `account:${target.userId}`,
  };
}

/** The door refused a batch that was seen before: whoever holds the token plays back a recording. */
export function replayedTelemetry(facts: {
  sessionId: SessionId;
  userId: UserId;
  userEmail: string;
  address: string;
  /** What was the same: the nonce under other content, or the timings to the last digit. */
  same: 'nonce' | 'timing';
  seq: number;
  at: Date;
}): AlertMessage {
  const { sessionId, userEmail, address, same, seq } = facts;
  // Timings never repeat by chance; a nonce may be repeated by a broken client.
  const confidence = same === 'timing' ? 0.99 : 0.9;
  return {
    kind: 'replayed_telemetry',
    severity: 'high',
    title: `Replayed behaviour in a session of ${userEmail}`.slice(0, 200),
    description:
      `Batch ${seq} from ${address} repeats the ${same} of an earlier one and was refused. ` +
      'People do not repeat themselves to the millisecond: a recording was played back.',
    confidence,
    at: facts.at.toISOString(),
    group_key: `replayed_telemetry:${sessionId}`,
    session_id: sessionId,
    user_id: facts.userId,
    sources: [
      {
        layer: LAYER.rule,
        model_name: 'rule: replay',
        confidence,
        context_evidence: { same, seq, address },
      },
    ],
  };
}

/** A passkey that counts its uses came with fewer than it had: it, or its secret, exists twice. */
export function clonedPasskey(facts: {
  userId: UserId;
  userEmail: string;
  passkey: { id: string; name: string };
  address: string;
  at: Date;
}): AlertMessage {
  const { userId, userEmail, passkey, address } = facts;
  const confidence = 0.9;
  return {
    kind: 'cloned_passkey',
    severity: 'high',
    title: `A passkey of ${userEmail} seems to exist twice`.slice(0, 200),
    description:
      `The passkey "${passkey.name}" was refused from ${address}: its signature holds, but its count of uses went back. ` +
      'Ask the person to remove it and to enrol another; look at the sessions that it began.',
    confidence,
    at: facts.at.toISOString(),
    group_key: `cloned_passkey:${passkey.id}`,
    session_id: null,
    user_id: userId,
    sources: [
      {
        layer: LAYER.rule,
        model_name: 'rule: passkey counter',
        confidence,
        context_evidence: { passkey: passkey.id, address },
      },
    ],
  };
}

/** A person said "this was not me". */
export function userReport(facts: {
  sessionId: SessionId;
  userId: UserId;
  userEmail: string;
  riskScore: number | null;
  at: Date;
}): AlertMessage {
  const { sessionId, userId, userEmail, riskScore } = facts;
  return {
    kind: 'user_report',
    severity: 'critical',
    title: `${userEmail} says: this was not me`.slice(0, 200),
    description: 'The owner of the account does not recognise this session.',
    confidence: 0.95,
    at: facts.at.toISOString(),
    group_key: `user_report:${sessionId}`,
    session_id: sessionId,
    user_id: userId,
    sources: [
      {
        layer: LAYER.rule,
        model_name: 'person: verdict',
        confidence: 0.95,
        context_evidence: { verdict: 'not_me', risk_score: riskScore },
      },
    ],
  };
}

/** A stream above its cap refuses its producers. One group a stream. */
export function busPressure(facts: {
  stream: string;
  length: number;
  cap: number;
  at: Date;
}): AlertMessage {
  const { stream, length, cap } = facts;
  return {
    kind: 'bus_pressure',
    severity: 'critical',
    title: `${stream} is full`,
    description:
      `${stream} holds ${length} entries, its cap is ${cap}: producers are refused until its groups catch up. ` +
      'Nothing acknowledged is lost. Start more pipeline processes, or find out which group stands still.',
    confidence: 1,
    at: facts.at.toISOString(),
    group_key: `bus_pressure:${stream}`,
    session_id: null,
    user_id: null,
    sources: [
      {
        layer: LAYER.rule,
        model_name: 'rule: bus pressure',
        confidence: 1,
        context_evidence: { stream, length, cap },
      },
    ],
  };
}
