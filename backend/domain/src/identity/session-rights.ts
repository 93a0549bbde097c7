// What a session may do, drawn from its record: the small part that every request reads.
import { LIVE_STATES } from '@verity/protocol/identity/schemas';
import type { SessionState } from '@verity/protocol/identity/schemas';
import type { SessionRecord, SessionRights } from './ports';

export const rightsOf = (session: SessionRecord): SessionRights => ({
  id: session.id,
  userId: session.userId,
  userEmail: session.userEmail,
  role: session.role,
  groups: session.groups,
  deviceId: session.deviceId,
  deviceTrusted: session.deviceTrusted,
  totpEnrolled: session.totpEnrolled,
  passkeyEnrolled: session.passkeyEnrolled,
  address: session.address,
  state: session.state,
  stateReason: session.stateReason,
  rightsVersion: session.rightsVersion,
  acr: session.acr,
  stepUpAt: session.stepUpAt?.getTime() ?? null,
  startedAt: session.startedAt.getTime(),
  expiresAt: session.expiresAt.getTime(),
  demo: session.demo,
  applicationId: session.applicationId,
});

export const livesIn = (state: SessionState): boolean =>
  (LIVE_STATES as readonly SessionState[]).includes(state);

/** Whether the session lives: its state does, and its time has not run out. */
export const isLive = (
  session: Pick<SessionRights, 'state'> & { expiresAt: number | Date },
  now: Date,
): boolean => livesIn(session.state) && Number(session.expiresAt) > now.getTime();

/** Whether a session has given no sign of life for `idleMinutes`. */
export const isIdle = (
  session: Pick<SessionRecord, 'lastSeenAt'>,
  idleMinutes: number,
  now: Date,
): boolean => now.getTime() - session.lastSeenAt.getTime() >= idleMinutes * 60_000;
