// What policy needs of the world: its versions and the record of what it decided.
import type { PageRequest } from '../kernel/page-request';
import type { Decision, Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { Page } from '@verity/protocol/page';

/** What judges: the version in force, and one on trial beside it that is only told of. */
export interface StandingPolicy {
  current: Policy;
  trial: Policy | null;
}

export interface Policies {
  /** Throws `unavailable` when there is none yet. */
  standing(): Promise<StandingPolicy>;
  /** The version in force. */
  current(): Promise<Policy>;
  byVersion(version: number): Promise<Policy | null>;
  list(page: PageRequest): Promise<Page<Policy>>;
  /** The version that was in force before this one; null for the first. */
  previous(version: number): Promise<Policy | null>;
  /** Versions that are or were in force, with when each began. */
  inForce(): Promise<{ version: number; since: Date }[]>;
  /** Throws `conflict` when the version is there already: somebody else was faster. */
  add(policy: Policy): Promise<void>;
  /** Ends the trial of a version; null when it is not on trial. */
  endTrial(version: number, at: Date): Promise<Policy | null>;
  /** Puts version 1 in force when there is none. */
  seed(draft: PolicyDraft, at: Date): Promise<void>;
}

export interface DecisionRecord extends Omit<Decision, 'at'> {
  id: string;
  at: Date;
}

export interface Decisions {
  /** Many at once; those that are there already are left alone. */
  add(decisions: DecisionRecord[]): Promise<void>;
  ofSession(session: SessionId, page: PageRequest): Promise<Page<DecisionRecord>>;
  byId(id: string): Promise<DecisionRecord | null>;
  /** Of all sessions of a person; `hits` are those that took rights away. */
  ofUser(
    user: UserId,
    filter: { hits?: boolean; sessionId?: SessionId },
    page: PageRequest,
  ): Promise<Page<DecisionRecord>>;
  /** Takes the evidence out of what was decided about a person; the decisions stay. */
  stripEvidence(user: UserId): Promise<void>;
  /** When the band was first high or critical after `since` and up to `until`; null when it was not. */
  highSince(session: SessionId, since: Date | null, until: Date): Promise<Date | null>;
  /** What was decided since, counted. */
  activity(since: Date): Promise<DecisionActivity>;
}

/** Counts of sessions, each once a line, however often it was decided. */
export interface DecisionActivity {
  sessions: number;
  challenged: number;
  terminated: number;
  rules: RuleActivity[];
}

export interface RuleActivity {
  /** Of what was only reported; null for what was decided, which is counted over all versions. */
  policyVersion: number | null;
  ruleId: string;
  /** It only told what it would have done. */
  reported: boolean;
  sessions: number;
  decisions: number;
  lastAt: Date;
}
