// What identity needs of the world for people and groups.
import type { ApplicationId, PasskeyId, UserId } from '@verity/protocol/ids';
import type { Role, UserStatus } from '@verity/protocol/identity/schemas';
import type { Page } from '@verity/protocol/page';
import type { PasskeyRecord } from './passkey-ports';
import type { PageRequest } from '../kernel/page-request';

export interface UserRecord {
  id: UserId;
  email: string;
  name: string;
  role: Role;
  status: UserStatus;
  /** Argon2id in PHC format; null until the invitation is accepted. */
  passwordHash: string | null;
  /** Secret sealed with the master key; `lastStep` is the time step of the last code taken, which is not taken twice. */
  totp: { sealedSecret: string; lastStep: number } | null;
  /** An enrolment that was begun and not yet confirmed. */
  totpDraft: { sealedSecret: string; startedAt: Date } | null;
  passkeys: PasskeyRecord[];
  /** SHA-256 of each unused recovery code. */
  recoveryCodeHashes: string[];
  /** Ids of groups. */
  groups: string[];
  /** Sign-ins by hour of the day, UTC; 24 counts. */
  hours: number[];
  demo: boolean;
  createdAt: Date;
  lastSeenAt: Date | null;
  /** Set for users of an application, who are known by `externalId` there and can never sign in here. */
  applicationId?: ApplicationId;
  externalId?: string;
}

export interface Users {
  byId(id: UserId): Promise<UserRecord | null>;
  byEmail(email: string): Promise<UserRecord | null>;
  /** Throws `conflict` when the address is taken. */
  add(user: UserRecord): Promise<void>;
  change(id: UserId, changes: Partial<Omit<UserRecord, 'id'>>): Promise<UserRecord>;
  /** True when the step was newer than the last one taken; atomic, so that one code is taken once. */
  takeTotpStep(id: UserId, step: number): Promise<boolean>;
  /** True when the code was there; atomic. */
  takeRecoveryCode(id: UserId, hash: string): Promise<boolean>;
  /** Whose passkey has that credential id. */
  byPasskey(credentialId: string): Promise<UserRecord | null>;
  /** Throws `conflict` when the credential is somebody's already. */
  addPasskey(id: UserId, passkey: PasskeyRecord): Promise<UserRecord>;
  /** Notes a use; false when the counter has not grown (unless it never counts); atomic, so that one answer is taken once. */
  usePasskey(
    id: UserId,
    passkey: PasskeyId,
    use: { counter: number; synced: boolean; at: Date },
  ): Promise<boolean>;
  /** Null when the person has no such passkey. */
  renamePasskey(id: UserId, passkey: PasskeyId, name: string): Promise<UserRecord | null>;
  removePasskey(id: UserId, passkey: PasskeyId): Promise<UserRecord | null>;
  countHour(id: UserId, hour: number, at: Date): Promise<void>;
  /** People; users of applications are not among them. */
  list(
    filter: { q?: string; role?: Role; status?: UserStatus; group?: string },
    page: PageRequest,
  ): Promise<Page<UserRecord>>;
  count(): Promise<number>;
  /** Puts people into a group, or takes them out; answers those that it changed. */
  join(group: string, ids: UserId[]): Promise<UserRecord[]>;
  leave(group: string, ids: UserId[] | 'all'): Promise<UserRecord[]>;
}

export interface GroupRecord {
  /** As policies name it; it never changes. */
  id: string;
  name: string;
  description: string;
  createdAt: Date;
}

export interface Groups {
  /** By name, with the number of members. */
  list(): Promise<(GroupRecord & { members: number })[]>;
  byId(id: string): Promise<GroupRecord | null>;
  /** Throws `conflict` when the id is taken. */
  add(group: GroupRecord): Promise<void>;
  /** Null when there is no such group. */
  change(
    id: string,
    changes: Partial<Pick<GroupRecord, 'name' | 'description'>>,
  ): Promise<GroupRecord | null>;
  remove(id: string): Promise<void>;
}
