// Routes for looking after people, their sessions, and API keys.
import { Fault } from '@verity/protocol/faults';
import type { identityAdminRoutes } from '@verity/protocol/identity/admin-routes';
import type { Action } from '@verity/protocol/audit/schemas';
import type { UserId } from '@verity/protocol/ids';
import type { Journal } from '@verity/domain/audit/ports';
import type { apiKeyring } from '@verity/domain/identity/api-keys';
import type { HandedLink, Links } from '@verity/domain/identity/links';
import type {
  ApiKeys,
  Devices,
  Invitations,
  SessionFilter,
  SessionRecord,
  Sessions,
  UserRecord,
  Users,
} from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import { livesIn } from '@verity/domain/identity/session-rights';
import type { Clock } from '@verity/domain/kernel/ports';
import type { Decisions } from '@verity/domain/policy/ports';
import { actorOf, type Call, type Handlers, type UserCaller } from '../http/handler';
import { csv, type CsvRow } from './csv';
import { ownOf, seenBy } from './own-sessions';
import {
  presentApiKey,
  presentDecision,
  presentDevice,
  presentPage,
  presentSession,
  presentUser,
} from './present';

/** Sessions in one export, and in one look at the store for it. */
const EXPORT = { sessions: 10_000, atOnce: 1000 };

export interface IdentityAdminPorts {
  users: Users;
  devices: Devices;
  sessions: Sessions;
  invitations: Invitations;
  apiKeys: ApiKeys;
  decisions: Decisions;
  keyring: Pick<ReturnType<typeof apiKeyring>, 'make'>;
  links: Links;
  life: SessionLife;
  journal: Journal;
  clock: Clock;
}

type AdminCall = Call<UserCaller>;

/** Users of applications sign in there: here they get neither password nor role. */
function keepOutOfSignIn(user: UserRecord): void {
  if (!user.applicationId) return;
  throw new Fault('conflict', 'This is a user of an application, who never signs in to Verity.', {
    fix: 'Look after the account in the application; here it can be disabled.',
  });
}

const HEADER: CsvRow = [
  'id',
  'user',
  'name',
  'role',
  'device',
  'trusted',
  'address',
  'state',
  'reason',
  'risk_score',
  'band',
  'started_at',
  'last_seen_at',
  'ended_at',
];

const rowOf = (session: SessionRecord): CsvRow => [
  session.id,
  session.userEmail,
  session.userName,
  session.role,
  session.deviceLabel,
  session.deviceTrusted,
  session.address,
  session.state,
  session.stateReason,
  session.riskScore,
  session.band,
  session.startedAt.toISOString(),
  session.lastSeenAt.toISOString(),
  session.endedAt?.toISOString() ?? null,
];

export function identityAdminHandlers(
  ports: IdentityAdminPorts,
): Pick<Handlers, keyof typeof identityAdminRoutes> {
  const { users, devices, sessions, life, links } = ports;

  const record = (
    { caller, address }: AdminCall,
    action: Action,
    subject: string,
    details: Record<string, unknown> = {},
  ) =>
    ports.journal.record({
      actor: actorOf(caller),
      action,
      subject,
      outcome: 'success',
      address,
      details,
    });

  const userOf = async (id: UserId): Promise<UserRecord> => {
    const user = await users.byId(id);
    if (!user) throw new Fault('not-found', 'There is no such person.');
    return user;
  };

  const sessionOf = (session: SessionRecord | null): SessionRecord => {
    if (!session) throw new Fault('not-found', 'There is no such session.');
    return session;
  };

  const handOver = ({ user, link, expiresAt }: HandedLink & { user: UserRecord }) => ({
    user: presentUser(user),
    link,
    expires_at: expiresAt.toISOString(),
  });

  /** Nobody may leave the installation without an admin who can sign in. */
  const keepAnAdmin = async (user: UserRecord): Promise<void> => {
    if (user.role !== 'admin' || user.status !== 'active') return;
    const admins = await users.list({ role: 'admin', status: 'active' }, { limit: 2 });
    if (admins.total > 1) return;
    throw new Fault('conflict', 'This is the last admin.', { fix: 'Make another one first.' });
  };

  return {
    async 'GET /api/v1/users'({ query: { cursor, limit, ...filter } }) {
      return presentPage(await users.list(filter, { cursor, limit }), presentUser);
    },

    async 'POST /api/v1/users/invite'({ body }, call) {
      const invited = await links.invite(body);
      const { id, role } = invited.user;
      await record(call, 'user.invited', `user:${id}`, { role });
      return handOver(invited);
    },

    async 'GET /api/v1/users/:id'({ params }) {
      const user = await userOf(params.id);
      const items = await devices.ofUser(user.id);
      return { user: presentUser(user), devices: items.map(presentDevice) };
    },

    async 'PATCH /api/v1/users/:id'({ params, body }, call) {
      const before = await userOf(params.id);
      if (body.status === 'active' && before.status === 'invited') {
        throw new Fault('conflict', 'The invitation has not been accepted yet.', {
          fix: 'Hand over the link, or reset the person to get a new one.',
        });
      }
      if (body.role !== undefined) keepOutOfSignIn(before);
      const otherRole = body.role !== undefined && body.role !== before.role;
      const disabled = body.status === 'disabled' && before.status !== 'disabled';
      if (otherRole || disabled) await keepAnAdmin(before);
      const after = await users.change(before.id, body);
      if (disabled) await ports.invitations.removeOfUser(after.id);
      if (otherRole || disabled) {
        await life.endAllOf(after.id, {
          state: 'terminated',
          reason: disabled ? 'The account was disabled.' : 'The role of the account was changed.',
          by: actorOf(call.caller),
          address: call.address,
        });
      }
      await record(call, 'user.changed', `user:${after.id}`, {
        role: [before.role, after.role],
        status: [before.status, after.status],
        renamed: before.name !== after.name,
      });
      return presentUser(after);
    },

    async 'POST /api/v1/users/:id/reset'({ params, body }, call) {
      const user = await userOf(params.id);
      keepOutOfSignIn(user);
      const handed = await links.reset(user);
      const ended = await life.endAllOf(user.id, {
        state: 'terminated',
        reason: 'An admin has reset the account.',
        by: actorOf(call.caller),
        address: call.address,
      });
      const details = {
        reason: body.reason,
        sessions_ended: ended,
        totp_removed: user.totp !== null,
        passkeys_removed: user.passkeys.length,
      };
      await record(call, 'user.reset', `user:${user.id}`, details);
      return handOver(handed);
    },

    async 'GET /api/v1/sessions'({ query }, { caller }) {
      const { cursor, limit, user_id: userId, ...rest } = query;
      const filter: SessionFilter = { ...rest, ...(userId ? { userId } : {}), ...ownOf(caller) };
      return presentPage(await sessions.list(filter, { cursor, limit }), presentSession);
    },

    async 'GET /api/v1/sessions/export'({ query }, call) {
      const { user_id: userId, ...rest } = query;
      const filter: SessionFilter = {
        ...rest,
        ...(userId ? { userId } : {}),
        ...ownOf(call.caller),
      };
      const rows: CsvRow[] = [HEADER];
      let cursor: string | undefined;
      do {
        const limit = Math.min(EXPORT.atOnce, EXPORT.sessions + 1 - rows.length);
        const found = await sessions.list(filter, { cursor, limit });
        rows.push(...found.items.map(rowOf));
        cursor = found.next_cursor ?? undefined;
      } while (cursor && rows.length <= EXPORT.sessions);
      call.fileName('sessions.csv');
      return csv(rows);
    },

    async 'GET /api/v1/sessions/:id'({ params }, { caller }) {
      return presentSession(seenBy(caller, await sessions.byId(params.id)));
    },

    async 'GET /api/v1/sessions/:id/decisions'({ params, query }, { caller }) {
      seenBy(caller, await sessions.byId(params.id));
      return presentPage(await ports.decisions.ofSession(params.id, query), presentDecision);
    },

    async 'POST /api/v1/sessions/:id/terminate'({ params, body }, call) {
      const ended = await life.end(params.id, {
        state: 'terminated',
        reason: body.reason,
        by: actorOf(call.caller),
        address: call.address,
      });
      return presentSession(sessionOf(ended));
    },

    async 'POST /api/v1/sessions/:id/step-up'({ params, body }, call) {
      const session = sessionOf(
        await life.change(params.id, {
          state: 'step_up',
          reason: body.reason,
          by: actorOf(call.caller),
          address: call.address,
        }),
      );
      if (!livesIn(session.state)) {
        throw new Fault('conflict', 'This session has ended already.');
      }
      const details = { reason: body.reason };
      await record(call, 'session.step_up_asked', `session:${session.id}`, details);
      return presentSession(session);
    },

    async 'GET /api/v1/api-keys'() {
      return { items: (await ports.apiKeys.list()).map(presentApiKey) };
    },

    async 'POST /api/v1/api-keys'({ body }, call) {
      const made = await ports.keyring.make(body, call.caller.rights.userEmail);
      const { id, name, scopes, expiresAt } = made.record;
      const details = { name, scopes, expires_at: expiresAt.toISOString() };
      await record(call, 'api_key.created', `api_key:${id}`, details);
      return { api_key: presentApiKey(made.record), key: made.key };
    },

    async 'DELETE /api/v1/api-keys/:id'({ params }, call) {
      const revoked = await ports.apiKeys.revoke(params.id, ports.clock());
      if (!revoked) throw new Fault('not-found', 'There is no such API key.');
      await record(call, 'api_key.revoked', `api_key:${revoked.id}`, { name: revoked.name });
      return { done: true };
    },
  };
}
