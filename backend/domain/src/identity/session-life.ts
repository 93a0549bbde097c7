// The life of a session: it starts, gains and loses rights, and ends. What takes rights away is written to the
// store of record first, then to the copy that every request reads, and only then told to anybody.
import { acrOf, type EnrolledWays } from '@verity/protocol/identity/assurance';
import type { StepUpMethod } from '@verity/protocol/identity/schemas';
import type { DeviceId, SessionId } from '@verity/protocol/ids';
import type { Clock, NewId } from '../kernel/ports';
import type { Tell } from './notices';
import { sayChange } from './session-news';
import { isIdle, isLive, livesIn, rightsOf } from './session-rights';
import type {
  DeviceRecord,
  RefreshTokens,
  SessionRecord,
  SessionRights,
  SessionRightsCache,
  Sessions,
  UserRecord,
} from './ports';
import type { Announce, Disconnect, RecordAction } from './outward';

export interface SessionLifePorts {
  sessions: Sessions;
  rights: SessionRightsCache;
  refreshTokens: RefreshTokens;
  tell: Tell;
  announce: Announce;
  disconnect: Disconnect;
  /** Told of each change of rights, so that open sockets are looked at again. */
  rightsChanged?: (session: SessionId) => void;
  record: RecordAction;
  /** The facility that an address belongs to. */
  facilityOf: (address: string) => string | null;
  clock: Clock;
  newId: NewId;
  /** A session lives so long at most, and so long without a sign of life. */
  sessionHours: number;
  idleMinutes: number;
}

/** Who or what changes a session, as the audit log names it: `user:{id}`, `system:policy` … */
export interface ChangeBy {
  by: string;
  /** Network address of whoever asked; null when nobody did. */
  address?: string | null;
  /** This may be a second try: what the first one may have left undone is done again, told twice rather than never. */
  again?: boolean;
}

export interface StateChange extends ChangeBy {
  state: 'active' | 'step_up' | 'restricted';
  /** In words for its owner. */
  reason: string;
}

export interface SessionEnd extends ChangeBy {
  state: 'terminated' | 'logged_out' | 'expired';
  reason: string;
}

export interface Proof extends ChangeBy {
  method: StepUpMethod;
}

export type SessionLife = ReturnType<typeof sessionLife>;

export function sessionLife(ports: SessionLifePorts) {
  const { sessions, clock } = ports;

  const publishRights = async (session: SessionRecord): Promise<SessionRecord> => {
    await ports.rights.put(rightsOf(session));
    ports.rightsChanged?.(session.id);
    return session;
  };

  const tell = async (session: SessionRecord, reason: string): Promise<void> => {
    const said = sayChange(session, reason);
    if (!said) return;
    const { forAdmins, ...notice } = said;
    await ports.tell(session.userId, { ...notice, session: session.id });
    ports.announce('admin_notification', ['admin'], {
      kind: 'session',
      title: forAdmins,
      body: said.body,
      link: `/sessions/${session.id}`,
      at: clock().toISOString(),
    });
  };

  const life = {
    /** A new session of a person who has just proved who they are; a passkey counts as a step-up too. */
    async start(
      user: UserRecord,
      device: DeviceRecord,
      address: string,
      method: 'password' | 'passkey' = 'password',
    ): Promise<SessionRecord> {
      const now = clock();
      const session: SessionRecord = {
        id: ports.newId<SessionId>(),
        userId: user.id,
        userEmail: user.email,
        userName: user.name,
        role: user.role,
        groups: user.groups,
        deviceId: device.id,
        deviceLabel: device.label,
        deviceTrusted: device.trusted,
        totpEnrolled: user.totp !== null,
        passkeyEnrolled: user.passkeys.length > 0,
        address,
        facility: ports.facilityOf(address),
        state: 'active',
        stateReason: null,
        rightsVersion: 1,
        riskScore: null,
        band: null,
        acr: acrOf(method),
        stepUpAt: method === 'passkey' ? now : null,
        startedAt: now,
        lastSeenAt: now,
        endedAt: null,
        expiresAt: new Date(now.getTime() + ports.sessionHours * 3_600_000),
        demo: user.demo,
        applicationId: user.applicationId,
        externalUserId: user.externalId,
      };
      await sessions.add(session);
      await ports.rights.put(rightsOf(session));
      return session;
    },

    /**
     * What a session may do now: from the fast copy, rebuilt from the store of record when that has lost it.
     * Null when there is no such session or it no longer lives. Throws `unavailable` when it cannot be known.
     */
    async rightsNow(id: SessionId): Promise<SessionRights | null> {
      const now = clock();
      const cached = await ports.rights.get(id);
      if (cached) return isLive(cached, now) ? cached : null;
      const session = await sessions.byId(id);
      if (!session || !isLive(session, now) || isIdle(session, ports.idleMinutes, now)) return null;
      await ports.rights.put(rightsOf(session));
      // Read back: a change made meanwhile has the higher version and wins.
      const rights = await ports.rights.get(id);
      return rights && isLive(rights, now) ? rights : null;
    },

    /** Challenges, restricts, or gives back. A session that has ended stays ended. */
    async change(id: SessionId, change: StateChange): Promise<SessionRecord | null> {
      const before = await sessions.byId(id);
      if (!before || !livesIn(before.state)) return before;
      if (before.state === change.state && !change.again) return publishRights(before);
      const after = await sessions.changeRights(id, {
        state: change.state,
        stateReason: change.state === 'active' ? null : change.reason,
      });
      await publishRights(after);
      if (after.state !== change.state) return after;
      await tell(after, change.reason);
      return after;
    },

    /**
     * Ends a session everywhere: requests and refreshing are refused, its sockets are told and closed. Ending twice
     * repairs what the first time may have left undone, and is recorded once.
     */
    async end(id: SessionId, end: SessionEnd): Promise<SessionRecord | null> {
      const before = await sessions.byId(id);
      if (!before) return null;
      const endedNow = livesIn(before.state);
      const now = clock();
      const after = endedNow
        ? await sessions.changeRights(id, {
            state: end.state,
            stateReason: end.reason,
            endedAt: now,
          })
        : before;
      await ports.rights.put(rightsOf(after));
      ports.announce('session_terminated', [`session:${id}`], {
        session_id: id,
        reason: after.stateReason ?? end.reason,
        at: (after.endedAt ?? now).toISOString(),
      });
      ports.disconnect(id);
      // Only now: whoever looks at the rights of its sockets again must not close them before they know why.
      ports.rightsChanged?.(id);
      await ports.refreshTokens.removeOfSession(id);
      if (!endedNow && !end.again) return after;
      if (end.state === 'terminated') {
        await ports.record({
          actor: end.by,
          action: 'session.terminated',
          subject: `session:${id}`,
          outcome: 'success',
          address: end.address ?? null,
          details: { user: `user:${after.userId}`, reason: end.reason },
        });
      }
      await tell(after, end.reason);
      return after;
    },

    /** Fresh proof: the session is active again, whatever it had been reduced to. */
    async proveAgain(id: SessionId, proof: Proof): Promise<SessionRecord | null> {
      const before = await sessions.byId(id);
      if (!before || !isLive(before, clock())) return null;
      const after = await publishRights(
        await sessions.changeRights(id, {
          state: 'active',
          stateReason: null,
          acr: acrOf(proof.method),
          stepUpAt: clock(),
        }),
      );
      if (!livesIn(after.state)) return null;
      await ports.record({
        actor: proof.by,
        action: 'auth.step_up',
        subject: `session:${id}`,
        outcome: 'success',
        address: proof.address ?? null,
        details: { method: proof.method, state_before: before.state },
      });
      if (before.state !== 'active') {
        await ports.tell(after.userId, {
          kind: 'step_up_passed',
          title: 'Thank you, it is you',
          body: 'You have proved who you are; your session has its full rights again.',
          link: '/my-session',
          session: id,
        });
      }
      return after;
    },

    /** A way was enrolled by using it for the first time: the session has been proved by it too. */
    async enrolled(id: SessionId, method: 'totp' | 'passkey'): Promise<void> {
      await publishRights(
        await sessions.changeRights(id, { acr: acrOf(method), stepUpAt: clock() }),
      );
    },

    /** Carries a fact about the person or the device into the rights of the sessions it concerns. */
    async refreshRights(
      ofUser: UserRecord['id'],
      facts:
        | Partial<EnrolledWays>
        | { groups: string[] }
        | { deviceId: DeviceId; deviceTrusted: boolean },
    ): Promise<void> {
      for (const session of await sessions.liveOfUser(ofUser)) {
        if ('deviceId' in facts && session.deviceId !== facts.deviceId) continue;
        const changes = 'deviceId' in facts ? { deviceTrusted: facts.deviceTrusted } : facts;
        await publishRights(await sessions.changeRights(session.id, changes));
      }
    },

    /** Ends every live session of a person that `which` names; returns how many. */
    async endAllOf(
      user: UserRecord['id'],
      end: SessionEnd,
      which: (session: SessionRecord) => boolean = () => true,
    ): Promise<number> {
      const ending = (await sessions.liveOfUser(user)).filter(which);
      await Promise.all(ending.map((session) => life.end(session.id, end)));
      return ending.length;
    },

    /** Ends a session whose time has run out or that is idle; for the sweep. Returns whether it did. */
    async expire(session: SessionRecord): Promise<boolean> {
      const now = clock();
      const idle = isIdle(session, ports.idleMinutes, now);
      if (!livesIn(session.state) || (!idle && session.expiresAt > now)) return false;
      const reason = idle
        ? `No sign of life for ${ports.idleMinutes} minutes.`
        : `It had lived for ${ports.sessionHours} hours, the longest that a session may.`;
      await life.end(session.id, { state: 'expired', reason, by: 'system:sweep' });
      return true;
    },
  };
  return life;
}
