// What identity needs of the world: stores of people, devices, sessions, keys.
import type {
  ApiKeyId,
  ApplicationId,
  DeviceId,
  NotificationId,
  PasskeyId,
  SessionId,
  UserId,
} from '@verity/protocol/ids';
import type { Band } from '@verity/protocol/risk/schemas';
import type {
  Notification,
  Role,
  Scope,
  SessionState,
  UserStatus,
} from '@verity/protocol/identity/schemas';
import type { Page } from '@verity/protocol/page';
import type { PasskeyRecord } from './passkey-ports';

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

export interface DeviceRecord {
  id: DeviceId;
  userId: UserId;
  /** SHA-256 of the fingerprint that the client keeps. */
  fingerprintHash: string;
  label: string;
  userAgent: string;
  platform: string;
  screen: string | null;
  languages: string[];
  trusted: boolean;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

export interface SessionRecord {
  id: SessionId;
  userId: UserId;
  userEmail: string;
  userName: string;
  role: Role;
  groups: string[];
  deviceId: DeviceId;
  deviceLabel: string;
  deviceTrusted: boolean;
  totpEnrolled: boolean;
  passkeyEnrolled: boolean;
  address: string;
  /** Whose network the address belongs to, by configuration; null for any other. */
  facility: string | null;
  state: SessionState;
  stateReason: string | null;
  /** Grows with every change of rights; the higher one wins. */
  rightsVersion: number;
  riskScore: number;
  band: Band;
  acr: string;
  stepUpAt: Date | null;
  startedAt: Date;
  lastSeenAt: Date;
  endedAt: Date | null;
  expiresAt: Date;
  demo: boolean;
  /** The application that handed it over, and its name for the user. */
  applicationId?: ApplicationId | undefined;
  externalUserId?: string | undefined;
}

/** What each request reads of a session: kept in Redis as `session:{id}`, rebuilt from the store when lost. */
export interface SessionRights {
  id: SessionId;
  userId: UserId;
  userEmail: string;
  role: Role;
  /** Ids of the groups that the person belongs to. */
  groups: string[];
  deviceId: DeviceId;
  deviceTrusted: boolean;
  totpEnrolled: boolean;
  passkeyEnrolled: boolean;
  address: string;
  state: SessionState;
  stateReason: string | null;
  rightsVersion: number;
  acr: string;
  /** Epoch milliseconds; null when none succeeded in this session. */
  stepUpAt: number | null;
  startedAt: number;
  /** Epoch milliseconds after which the session no longer lives, whatever its state. */
  expiresAt: number;
  demo: boolean;
  applicationId?: ApplicationId | undefined;
}

export interface PageRequest {
  cursor?: string | undefined;
  limit: number;
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

export interface Devices {
  byFingerprint(user: UserId, fingerprintHash: string): Promise<DeviceRecord | null>;
  byId(id: DeviceId): Promise<DeviceRecord | null>;
  ofUser(user: UserId): Promise<DeviceRecord[]>;
  add(device: DeviceRecord): Promise<void>;
  change(
    id: DeviceId,
    changes: Partial<Pick<DeviceRecord, 'label' | 'trusted' | 'userAgent' | 'lastSeenAt'>>,
  ): Promise<DeviceRecord>;
  remove(id: DeviceId): Promise<void>;
}

export interface SessionFilter {
  state?: SessionState | 'live';
  band?: Band;
  userId?: UserId;
  deviceId?: DeviceId;
  applicationId?: ApplicationId;
  q?: string;
  sort?: 'risk' | 'last_seen' | 'started';
}

export interface Sessions {
  byId(id: SessionId): Promise<SessionRecord | null>;
  add(session: SessionRecord): Promise<void>;
  /**
   * Changes rights and raises `rightsVersion`, unless the session has ended already (then it is returned as it is).
   */
  changeRights(
    id: SessionId,
    changes: Partial<
      Pick<
        SessionRecord,
        | 'state'
        | 'stateReason'
        | 'acr'
        | 'stepUpAt'
        | 'deviceTrusted'
        | 'totpEnrolled'
        | 'passkeyEnrolled'
        | 'role'
        | 'groups'
        | 'endedAt'
      >
    >,
  ): Promise<SessionRecord>;
  /** Many at once, unordered: activity of live sessions and, when there is one, the newest score. */
  noteActivity(
    notes: { id: SessionId; at: Date; riskScore?: number; band?: Band }[],
  ): Promise<void>;
  list(filter: SessionFilter, page: PageRequest): Promise<Page<SessionRecord>>;
  /** Every session that lives, for the sweep; a stream. */
  live(): AsyncIterable<SessionRecord>;
  liveOfUser(user: UserId): Promise<SessionRecord[]>;
  /** Live sessions from an address or at a facility, at most `limit`. */
  liveNear(place: { address?: string; facility?: string }, limit: number): Promise<SessionRecord[]>;
  liveOfApplication(application: ApplicationId): Promise<SessionRecord[]>;
}

/** The live sessions as an admin sees them first. */
export interface LiveSessions {
  counts(): Promise<{
    total: number;
    byBand: Record<Band, number>;
    byState: Partial<Record<SessionState, number>>;
  }>;
  /** Those that wait for a step-up or an admin, or are of high risk; the riskiest first. */
  needingSomebody(limit: number): Promise<SessionRecord[]>;
}

export interface Invitation {
  /** SHA-256 of the token. */
  tokenHash: string;
  kind: 'setup' | 'invitation' | 'reset';
  userId: UserId | null;
  email: string | null;
  role: Role;
  expiresAt: Date;
}

export interface Invitations {
  add(invitation: Invitation): Promise<void>;
  byTokenHash(hash: string): Promise<Invitation | null>;
  /** True for exactly one caller. */
  take(hash: string): Promise<boolean>;
  removeOfUser(user: UserId): Promise<void>;
  removeKind(kind: Invitation['kind']): Promise<void>;
}

/** One member of a refresh family; a family is one session. */
export interface RefreshTokens {
  /** Throws `conflict` when it is there already. */
  add(token: { hash: string; session: SessionId; expiresAt: Date }): Promise<void>;
  /** `rotated` for the first use, `reused` for any later one, `unknown` otherwise; atomic. */
  use(
    hash: string,
    at: Date,
  ): Promise<
    | { outcome: 'rotated' | 'reused'; session: SessionId; firstUsedAt: Date }
    | { outcome: 'unknown' }
  >;
  /** Whether that token is there and has not been used. */
  isUnused(hash: string): Promise<boolean>;
  removeOfSession(session: SessionId): Promise<void>;
}

export interface ApiKeyRecord {
  id: ApiKeyId;
  name: string;
  prefix: string;
  /** SHA-256 of the key (256 random bits need no slow hash). */
  hash: string;
  scopes: Scope[];
  /** The application that holds it; none for a key of the installation. */
  applicationId?: ApplicationId | undefined;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface ApiKeys {
  byHash(hash: string): Promise<ApiKeyRecord | null>;
  add(key: ApiKeyRecord): Promise<void>;
  revoke(id: ApiKeyId, at: Date): Promise<ApiKeyRecord | null>;
  noteUse(id: ApiKeyId, at: Date): Promise<void>;
  /** Brings the end of a key forward, never back. */
  endBy(id: ApiKeyId, at: Date): Promise<void>;
  /** Keys of the installation. */
  list(): Promise<ApiKeyRecord[]>;
  ofApplication(application: ApplicationId): Promise<ApiKeyRecord[]>;
}

/** ES256 keys. The newest that is `active` signs; all that are not `retired` verify. */
export interface SigningKeyRecord {
  kid: string;
  publicJwk: Record<string, unknown>;
  /** PKCS #8 PEM sealed with the master key. */
  sealedPrivateKey: string;
  createdAt: Date;
  retireAt: Date;
}

export interface SigningKeys {
  list(): Promise<SigningKeyRecord[]>;
  add(key: SigningKeyRecord): Promise<void>;
  removeRetired(before: Date): Promise<number>;
}

export interface NotificationRecord extends Omit<Notification, 'created_at' | 'read_at'> {
  userId: UserId;
  createdAt: Date;
  readAt: Date | null;
}

export interface Notifications {
  add(notification: NotificationRecord): Promise<void>;
  list(
    user: UserId,
    filter: { unread?: boolean },
    page: PageRequest,
  ): Promise<Page<NotificationRecord>>;
  markRead(user: UserId, ids: NotificationId[] | undefined, at: Date): Promise<void>;
  unread(user: UserId): Promise<number>;
}

/** The fast copy of session rights. Every method throws `unavailable` when Redis is away: callers refuse then. */
export interface SessionRightsCache {
  get(id: SessionId): Promise<SessionRights | null>;
  /** Writes unless a higher `rightsVersion` is there. */
  put(rights: SessionRights): Promise<void>;
}

/** Seals small secrets with a key derived from the master key (AES-256-GCM); `purpose` separates the keys. */
export interface Vault {
  seal(purpose: string, plain: Uint8Array): string;
  open(purpose: string, sealed: string): Uint8Array;
}

/** Argon2id by OWASP's parameters, off the event loop. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Takes as long for a null hash (unknown user) as for a wrong password. */
  verify(hash: string | null, password: string): Promise<boolean>;
}

/** Secrets that are handed out once and kept as their hash. */
export interface SecretTokens {
  /** `prefix` and 32 random bytes in base64url. */
  make(prefix?: string): string;
  /** The one token that follows `token`: equal whenever it is asked for, and known only to who has our key. */
  successor(token: string): string;
  /** Ten recovery codes of 80 bits, in groups that a person can copy. */
  recoveryCodes(): string[];
  /** SHA-256 in lower-case hex; 256 random bits need no slow hash. */
  hash(token: string): string;
}

/** One-time codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds). */
export interface Totp {
  /** A new secret in base32. */
  newSecret(): string;
  /** The address that an authenticator app reads from a QR code. */
  uri(secret: string, account: string): string;
  /** The time step of a code that fits now, one step before or one after; null when it does not fit. */
  stepOf(secret: string, code: string, at: Date): number | null;
}

/** Signs access tokens with the newest key (ES256). */
export interface AccessTokens {
  sign(session: Pick<SessionRecord, 'id' | 'userId' | 'role' | 'acr' | 'stepUpAt' | 'startedAt'>): {
    token: string;
    expiresInSeconds: number;
  };
}

/** Signs tokens of the audience `collector` (ES256): they open the telemetry socket of one session, in pages of one application. */
export interface CollectorTokens {
  signCollector(
    session: { id: SessionId; userId: UserId; role: Role },
    application: ApplicationId,
  ): { token: string; expiresInSeconds: number };
}

/** Sign-in throttle, by account and by address. Throws `too-fast` with `retryAfterSeconds`. */
export interface SignInThrottle {
  check(account: string, address: string): Promise<{ failuresOfAccount: number }>;
  /** Counts within the last 15 minutes. */
  failed(
    account: string,
    address: string,
  ): Promise<{ failuresOfAccount: number; failuresOfAddress: number }>;
  succeeded(account: string, address: string): Promise<void>;
}
