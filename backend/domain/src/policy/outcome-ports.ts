// What outcomes need of the world: their store, and how many sessions there were.
import type { PageRequest } from '../kernel/page-request';
import type { AlertId, SessionId, UserId } from '@verity/protocol/ids';
import type { Page } from '@verity/protocol/page';
import type { Outcome, OutcomeKind, PolicyOutcome, Said } from '@verity/protocol/policy/outcomes';

export interface OutcomeFilter {
  from: Date;
  to: Date;
  ruleId?: string | undefined;
  policyVersion?: number | undefined;
  kind?: OutcomeKind | undefined;
  outcome?: Outcome | undefined;
  said?: Said | undefined;
}

/** How many were alike: of one UTC day, version, rule, kind, outcome and saying. */
export interface OutcomeCount {
  day: string;
  policyVersion: number;
  ruleId: string;
  ruleName: string;
  kind: OutcomeKind;
  outcome: Outcome;
  said: Said | null;
  count: number;
  /** Of terminations: every `seconds_to_stop` that is known. */
  secondsToStop: number[];
}

/** How a challenge ended. What is not closed by proof or by the policy ends with its session. */
export type Settlement = 'passed' | 'terminated' | 'eased' | 'session_ended';

/** Each change has its effect once, however often it is made. */
export interface Outcomes {
  /** A record that is there already stays; with `unlessOpen` nothing begins while a challenge of the session stands. */
  begin(outcome: PolicyOutcome, how?: { unlessOpen?: boolean }): Promise<void>;
  /**
   * Settles the challenges of a session that were open at `at`. `session_ended` makes them failed when a proof was
   * tried, else abandoned.
   */
  settle(session: SessionId, how: Settlement, at: Date): Promise<void>;
  /** Counts a wrong proof on the open challenge of a session, once for each `proof`. */
  countWrongProof(session: SessionId, proof: string, at: Date): Promise<void>;
  /** What people said of one decision, or of everything up to then that hit a session. The later word stands. */
  say(about: { session: SessionId; decision: string | null }, said: Said, at: Date): Promise<void>;
  noteTimeToStop(session: SessionId, stoppedAt: Date, seconds: number): Promise<void>;
  list(filter: OutcomeFilter, page: PageRequest): Promise<Page<PolicyOutcome>>;
  ofUser(user: UserId): AsyncIterable<PolicyOutcome>;
  count(period: { from: Date; to: Date }): Promise<OutcomeCount[]>;
  /** Sessions that a version challenged as a whole, and that it ended, since then; each counted once. */
  hitBy(version: number, since: Date): Promise<{ challenged: number; terminated: number }>;
  /** Challenges that are open, by session, oldest first. */
  open(limit: number): Promise<PolicyOutcome[]>;
  /** What people said of these sessions, where they said something. */
  saidOf(sessions: SessionId[]): Promise<Map<SessionId, Said>>;
}

/** How many sessions there were to be judged. */
export interface JudgedSessions {
  /** That lived at any time of the period. */
  lived(period: { from: Date; to: Date }): Promise<number>;
  /** The same for each UTC day of the period, oldest first. */
  livedByDay(period: { from: Date; to: Date }): Promise<{ day: string; sessions: number }[]>;
  /** How a session stands: whether it lives, when it ended, and its last proof. Null when there is none. */
  standing(
    session: SessionId,
  ): Promise<{ lives: boolean; endedAt: Date | null; stepUpAt: Date | null } | null>;
}

export interface OutcomeTrackerPorts {
  outcomes: Outcomes;
  judged: Pick<JudgedSessions, 'standing'>;
  /** The session that an alert is about. */
  sessionOfAlert(alert: AlertId): Promise<SessionId | null>;
  /** When the score first was in the high band since `since`, by what was decided; null when it never was. */
  highSince(session: SessionId, since: Date | null, until: Date): Promise<Date | null>;
}
