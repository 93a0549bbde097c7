// People and sessions put straight into the stores: a thousand passwords through Argon2id would take minutes and prove nothing.
import { aSession, aUser } from '@verity/adapters/mongo/scratch-records';
import type { Repositories } from '@verity/adapters/mongo/repositories';
import { newId, systemClock } from '@verity/adapters/world';
import type {
  AccessTokens,
  SessionRecord,
  SessionRightsCache,
  UserRecord,
} from '@verity/domain/identity/ports';
import { rightsOf } from '@verity/domain/identity/session-rights';
import type { Role } from '@verity/protocol/identity/schemas';
import type { UserId } from '@verity/protocol/ids';

export interface SignedIn {
  session: SessionRecord;
  token: string;
}

const emailOf = (user: UserId): string => `${user}@example.org`;

/** A person as of now. */
export function personNow(role: Role, changes: Partial<UserRecord> = {}): UserRecord {
  const id = changes.id ?? newId<UserId>();
  return aUser({ id, role, email: emailOf(id), createdAt: systemClock(), ...changes });
}

/** A session on a trusted device of this machine that began now and lives for six hours. */
export function sessionNow(role: Role, changes: Partial<SessionRecord> = {}): SessionRecord {
  const now = systemClock();
  const userId = changes.userId ?? newId<UserId>();
  return aSession({
    userId,
    userEmail: emailOf(userId),
    role,
    deviceTrusted: true,
    address: '127.0.0.1',
    riskScore: null,
    band: null,
    startedAt: now,
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + 6 * 3_600_000),
    ...changes,
  });
}

export function peopleIn(world: {
  stores: Pick<Repositories, 'users' | 'sessions'>;
  rights: SessionRightsCache;
  access: AccessTokens;
}) {
  const letIn = async (session: SessionRecord): Promise<SignedIn> => {
    await world.rights.put(rightsOf(session));
    return { session, token: world.access.sign(session).token };
  };
  return {
    /** Somebody new, unless `changes` name whose session it is. */
    signIn: async (
      role: Role = 'user',
      changes: Partial<SessionRecord> = {},
    ): Promise<SignedIn> => {
      const session = sessionNow(role, changes);
      if (!changes.userId) await world.stores.users.add(personNow(role, { id: session.userId }));
      await world.stores.sessions.add(session);
      return letIn(session);
    },
    /** Only let in, for sockets by the thousand: rights and a token, nobody in the store. */
    admit: (role: Role = 'user'): Promise<SignedIn> => letIn(sessionNow(role)),
  };
}
