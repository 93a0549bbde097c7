// Making another version of the policy: kept, in force or on trial, told to everybody, and put on record.
import { Fault } from '@verity/protocol/faults';
import type { Action, AuditRecord } from '@verity/protocol/audit/schemas';
import type { ServerEventPayload } from '@verity/protocol/events';
import type { Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import { diffPolicies } from './diff-policies';
import type { Policies } from './ports';

export type PolicyUpdate = Omit<ServerEventPayload<'policy_update'>, 'event_id'>;

const ACTIONS = {
  in_force: 'policy.changed',
  trial_began: 'policy.trial_began',
  trial_ended: 'policy.trial_ended',
} as const satisfies Record<PolicyUpdate['change'], Action>;

export interface VersionPorts {
  policies: Pick<Policies, 'add' | 'current' | 'list'>;
  /** To every socket. */
  announcePolicy(update: PolicyUpdate): void;
  record(entry: Omit<AuditRecord, 'id' | 'at'>): Promise<void>;
  /** Has this process decide by the new version at once; every other one looks for it by itself. */
  onPolicyChanged(): Promise<void> | void;
  clock: () => Date;
}

/** Who makes a version, as the audit log and the list of versions name them. */
export interface Author {
  /** `user:{id}` or `system:{part}`. */
  actor: string;
  /** E-mail address, or the same as `actor`. */
  author: string;
  address: string | null;
}

export interface VersionBasis {
  before: Policy;
  newest: number;
}

/** The number is read before the version: what is put in force in between is a conflict, not a version later. */
export async function versionBasis({
  policies,
}: Pick<VersionPorts, 'policies'>): Promise<VersionBasis> {
  const [latest] = (await policies.list({ limit: 1 })).items;
  const before = await policies.current();
  return { before, newest: latest?.version ?? before.version };
}

/**
 * Makes the next version of a draft. Two who do this at once make the same version: the store lets one of them. Throws
 * `conflict` for the other, and `invalid-input` when nothing would change.
 */
export async function makeVersion(
  { rules, hysteresis, resources }: PolicyDraft,
  about: {
    reason: string;
    report_only: boolean;
    by: Author;
    /** What is on record beside the change, and the action when it is no plain change. */
    details?: Record<string, unknown>;
    action?: Action;
  },
  { before, newest }: VersionBasis,
  ports: VersionPorts,
): Promise<Policy> {
  const draft = { rules, hysteresis, resources };
  const changes = diffPolicies(before, draft);
  if (changes.length === 0) {
    throw new Fault('invalid-input', `It is what version ${before.version} says already.`, {
      fix: 'Change something, or leave the policy as it is.',
    });
  }
  const { reason, report_only, by } = about;
  const policy: Policy = {
    ...draft,
    reason,
    report_only,
    version: newest + 1,
    trial_ended_at: null,
    author: by.author,
    created_at: ports.clock().toISOString(),
    changes,
  };
  await ports.policies.add(policy);
  const details = { before: before.version, reason, changes, ...about.details };
  await tellOfVersion(
    policy,
    report_only ? 'trial_began' : 'in_force',
    { by, details, ...(about.action ? { action: about.action } : {}) },
    ports,
  );
  return policy;
}

/** Tells every socket and the audit log of a version; `action` when it is no plain change. */
export async function tellOfVersion(
  { version, author, reason, created_at }: Policy,
  change: PolicyUpdate['change'],
  about: { by: Author; details: Record<string, unknown>; action?: Action },
  ports: Pick<VersionPorts, 'announcePolicy' | 'record' | 'onPolicyChanged' | 'clock'>,
): Promise<void> {
  await ports.onPolicyChanged();
  const at = change === 'trial_ended' ? ports.clock().toISOString() : created_at;
  ports.announcePolicy({ version, change, author, reason, at });
  await ports.record({
    actor: about.by.actor,
    action: about.action ?? ACTIONS[change],
    subject: `policy:${version}`,
    outcome: 'success',
    address: about.by.address,
    details: about.details,
  });
}
