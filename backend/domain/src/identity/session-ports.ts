// What identity needs of the world for sessions, their rights and the way of both into a token.
import type { ApplicationId, DeviceId, SessionId, UserId } from '@verity/protocol/ids';
import type { Band } from '@verity/protocol/risk/schemas';
import type { Role, SessionState } from '@verity/protocol/identity/schemas';
import type { Page } from '@verity/protocol/page';
import type { PageRequest } from '../kernel/page-request';

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
  /** Both null until the first score. */
  riskScore: number | null;
  band: Band | null;
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
    /** Without those that are not scored yet. */
    byBand: Record<Band, number>;
    byState: Partial<Record<SessionState, number>>;
  }>;
  /** Those that wait for a step-up or an admin, or are of high risk; the riskiest first. */
  needingSomebody(limit: number): Promise<SessionRecord[]>;
}

/** The fast copy of session rights. Every method throws `unavailable` when Redis is away: callers refuse then. */
export interface SessionRightsCache {
  get(id: SessionId): Promise<SessionRights | null>;
  /** Writes unless a higher `rightsVersion` is there. */
  put(rights: SessionRights): Promise<void>;
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
