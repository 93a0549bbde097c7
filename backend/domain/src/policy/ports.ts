// What policy needs of the world: its versions and the record of what it decided.
import type { Decision, Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import type { SessionId } from '@verity/protocol/ids';
import type { Page } from '@verity/protocol/page';

export interface Policies {
  current(): Promise<Policy>;
  byVersion(version: number): Promise<Policy | null>;
  list(page: { cursor?: string | undefined; limit: number }): Promise<Page<Policy>>;
  /** Throws `conflict` when the version is there already: somebody else was faster. */
  add(policy: Policy): Promise<void>;
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
  ofSession(
    session: SessionId,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<Page<DecisionRecord>>;
}
