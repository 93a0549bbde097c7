// Builders of records for specs: everything is given, what matters is named.
import type { DeviceId, SessionId, UserId } from '@verity/protocol/ids';
import type { SessionRecord, UserRecord } from '@verity/domain/identity/ports';
import { personsOf } from '@verity/domain/audit/leaf';
import type { IndexedRecord } from '@verity/domain/audit/ports';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { newId } from '../world';

/** So far ahead that nothing has expired when the engine sweeps, once a minute. */
export const now = new Date('2096-03-01T12:00:10.000Z');
export const later = (ms: number): Date => new Date(now.getTime() + ms);

export function aUser(changes: Partial<UserRecord> = {}): UserRecord {
  const id = newId<UserId>();
  return {
    id,
    email: `${id}@example.org`,
    name: 'Ada',
    role: 'user',
    status: 'active',
    passwordHash: null,
    totp: null,
    totpDraft: null,
    passkeys: [],
    recoveryCodeHashes: [],
    groups: [],
    hours: new Array<number>(24).fill(0),
    demo: false,
    createdAt: now,
    lastSeenAt: null,
    ...changes,
  };
}

export function aSession(changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: newId<SessionId>(),
    userId: newId<UserId>(),
    userEmail: 'ada@example.org',
    userName: 'Ada',
    role: 'user',
    groups: [],
    deviceId: newId<DeviceId>(),
    deviceLabel: 'Firefox on Linux',
    deviceTrusted: false,
    totpEnrolled: false,
    passkeyEnrolled: false,
    address: '192.0.2.1',
    facility: null,
    state: 'active',
    stateReason: null,
    rightsVersion: 1,
    riskScore: 5,
    band: 'low',
    acr: 'urn:verity:acr:pwd',
    stepUpAt: null,
    startedAt: now,
    lastSeenAt: now,
    endedAt: null,
    expiresAt: later(3_600_000),
    demo: false,
    ...changes,
  };
}

/** Entries of the audit index, from a place on; the hashes of their leaves are made up. */
export const entriesOf = (records: readonly AuditRecord[], from = 0): IndexedRecord[] =>
  records.map((record, offset) => ({
    index: from + offset,
    leafHash: (from + offset).toString(16).padStart(64, '0'),
    record,
    persons: personsOf(record),
  }));
