// What detection over a longer time needs of the world: facts of all sessions, people and alerts, and the door for alerts.
//
// Terminology
//   look-back   the time whose facts are looked at, up to now
//   trouble     a session that was ended, owed a proof that did not come, is of high risk, or was said to be a stranger's
//   origin      what several accounts may share: an address, a device, the name that a browser gives itself
//   finding     what a rule found: the report for the queue of alerts, and the fact that makes it new
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { AlertKind, AlertStatus, Severity } from '@verity/protocol/alerts/schemas';
import type { AlertId, MessageId, SessionId, UserId } from '@verity/protocol/ids';

export interface Account {
  id: UserId;
  email: string;
}

/** Failed sign-ins of one account from one address. Names that belong to no account are not among them. */
export interface FailedSignIns {
  address: string;
  account: Account;
  failures: number;
  firstAt: Date;
}

export interface SignIn {
  account: UserId;
  address: string;
  at: Date;
}

export interface TroubledSession {
  id: SessionId;
  account: Account;
  startedAt: Date;
  address: string;
  /** SHA-256 of what the client keeps; null when the device is forgotten. */
  device: string | null;
  /** As the browser names itself. */
  agent: string | null;
}

export const ORIGINS = ['address', 'device', 'agent'] as const;
export type Origin = (typeof ORIGINS)[number];

export interface AlertFact {
  id: AlertId;
  kind: AlertKind;
  severity: Severity;
  status: AlertStatus;
  account: Account;
  createdAt: Date;
}

/** An open alert that nobody has taken up. */
export interface LeftOpen {
  id: AlertId;
  updatedAt: Date;
  createdAt: Date;
  /** As it was reported last, without the sources. */
  report: Omit<AlertMessage, 'sources' | 'at'>;
}

/** Demo data is in none of them. */
export interface ThreatFacts {
  /** Of addresses and accounts with at least `least` counterparts; of each the newest, `most` at most. */
  failedSignIns(
    since: Date,
    counterparts: { least: number; most: number },
  ): Promise<FailedSignIns[]>;
  /** Sessions of these accounts that began since. */
  signIns(accounts: readonly UserId[], since: Date): Promise<SignIn[]>;
  /** Sessions that began since and are in trouble, oldest first. */
  troubled(since: Date): Promise<TroubledSession[]>;
  /** How many accounts used each of these since, troubled or not. */
  accountsOf(origin: Origin, values: readonly string[], since: Date): Promise<Map<string, number>>;
  /** About people, oldest first; false alarms and clusters are left out. */
  alerts(since: Date): Promise<AlertFact[]>;
  /** Of a severity and without news since `before`, oldest first. */
  leftOpen(severity: Severity, before: Date, limit: number): Promise<LeftOpen[]>;
  /** Reports among these that an alert has counted already. */
  reported(ids: readonly MessageId[]): Promise<Set<string>>;
}

export interface Finding {
  report: AlertMessage;
  /** Names the newest fact: while it is the newest, nothing new is found. */
  newest: string;
  newestAt: Date;
}

export interface DetectionPorts {
  facts: ThreatFacts;
  /** Onto the stream that every detection reports on. */
  raise(report: AlertMessage, id: MessageId): Promise<void>;
  sha256(bytes: Uint8Array): Uint8Array;
  clock: () => Date;
}
