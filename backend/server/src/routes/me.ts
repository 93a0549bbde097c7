// Routes of the own account: authenticator, sessions, devices, verdicts.
import QRCode from 'qrcode';
import { Fault } from '@verity/protocol/faults';
import type { identityRoutes } from '@verity/protocol/identity/routes';
import type { DeviceId, UserId } from '@verity/protocol/ids';
import type { Action } from '@verity/protocol/audit/schemas';
import type { DeviceRecord } from '@verity/domain/identity/ports';
import { hasStrongWay, methodsOf } from '@verity/domain/identity/recovery';
import type { Handlers, UserCaller } from '../http/handler';
import { personOf, type IdentityPorts } from './identity-ports';
import { carryWays } from './passkey-signals';
import { presentDevice, presentPage, presentSession, presentUser } from './present';
import { mustBeFresh } from './fresh-proof';
import { giveVerdict } from './verdicts';

type MeRoute = Extract<keyof typeof identityRoutes, `${string} /api/v1/me${string}`>;

export function meHandlers(ports: IdentityPorts): Pick<Handlers, MeRoute> {
  const { users, sessions, devices, life, proofs } = ports;

  const record = (
    caller: UserCaller,
    address: string,
    action: Action,
    details: Record<string, unknown> = {},
    subject = `user:${caller.rights.userId}`,
  ) =>
    ports.journal.record({
      actor: `user:${caller.rights.userId}`,
      action,
      subject,
      outcome: 'success',
      address,
      details,
    });

  /** Somebody else's device is as if it were not there. */
  const ownDevice = async (user: UserId, id: DeviceId): Promise<DeviceRecord> => {
    const device = await devices.byId(id);
    if (device?.userId === user) return device;
    throw new Fault('not-found', 'There is no such device of yours.');
  };

  const tellOfAuthenticator = (caller: UserCaller, title: string): Promise<void> =>
    ports.tell(caller.rights.userId, {
      kind: 'account',
      title,
      body: 'If this was not you, call an admin at once.',
      link: '/account',
      session: caller.rights.id,
    });

  return {
    async 'GET /api/v1/me'(_input, { caller: { rights } }) {
      const [user, session] = await Promise.all([
        personOf(users, rights.userId),
        sessions.byId(rights.id),
      ]);
      if (!session) throw new Fault('session-ended', 'This session has ended.');
      return {
        user: presentUser(user),
        session: presentSession(session),
        step_up_methods: methodsOf(user),
        recovery_codes_left: user.recoveryCodeHashes.length,
      };
    },

    async 'POST /api/v1/me/totp'(_input, { caller }) {
      const { secret, uri } = await proofs.beginTotp(await personOf(users, caller.rights.userId));
      const qr = await QRCode.toString(uri, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' });
      return { secret, otpauth_uri: uri, qr_svg: qr };
    },

    async 'POST /api/v1/me/totp/confirm'({ body }, { caller, address }) {
      const user = await personOf(users, caller.rights.userId);
      const recovery_codes = await proofs.confirmTotp(user, body.code, address);
      await life.enrolled(caller.rights.id, 'totp');
      await carryWays(ports, await personOf(users, user.id));
      await record(caller, address, 'auth.totp_enrolled');
      await tellOfAuthenticator(caller, 'An authenticator app was added to your account');
      return { recovery_codes };
    },

    async 'POST /api/v1/me/totp/remove'({ body }, { caller, address }) {
      const user = await personOf(users, caller.rights.userId);
      if (!user.totp) throw new Fault('conflict', 'No authenticator app is enrolled.');
      await proofs.checkPassword(user, body.password, address);
      const prover = { user, session: caller.rights.id, address };
      const proof = await proofs.check(prover, { method: 'totp', code: body.code });
      if (!proof.ok) throw proof.fault;
      const left = await users.change(user.id, { totp: null, totpDraft: null });
      // Codes stand in for a strong way: they go with the last.
      if (!hasStrongWay(left)) await users.change(user.id, { recoveryCodeHashes: [] });
      await carryWays(ports, await personOf(users, user.id));
      await record(caller, address, 'auth.totp_removed');
      await tellOfAuthenticator(caller, 'The authenticator app was removed from your account');
      return { done: true };
    },

    async 'GET /api/v1/me/sessions'({ query }, { caller }) {
      const filter = { userId: caller.rights.userId, sort: 'started' } as const;
      return presentPage(await sessions.list(filter, query), presentSession);
    },

    async 'DELETE /api/v1/me/sessions/:id'({ params }, { caller, address }) {
      const { rights } = caller;
      const session = await sessions.byId(params.id);
      if (session?.userId !== rights.userId) {
        throw new Fault('not-found', 'There is no such session of yours.');
      }
      const by = `user:${rights.userId}`;
      await life.end(session.id, {
        state: 'logged_out',
        reason: 'You signed it out from another session.',
        by,
        address,
      });
      const from = { from: `session:${rights.id}` };
      await record(caller, address, 'auth.logout', from, `session:${session.id}`);
      return { done: true };
    },

    async 'GET /api/v1/me/devices'(_input, { caller }) {
      const items = (await devices.ofUser(caller.rights.userId)).map(presentDevice);
      return { items };
    },

    async 'PATCH /api/v1/me/devices/:id'({ params, body }, { caller, address }) {
      const { userId } = caller.rights;
      const before = await ownDevice(userId, params.id);
      if (body.trusted !== undefined && body.trusted !== before.trusted) {
        const change = body.trusted ? 'trust' : 'stop trusting';
        mustBeFresh(caller.rights, ports.clock(), `${change} a device`);
      }
      const after = await devices.change(before.id, body);
      if (body.trusted !== undefined && body.trusted !== before.trusted) {
        await life.refreshRights(userId, { deviceId: after.id, deviceTrusted: after.trusted });
        const action = after.trusted ? 'device.trusted' : 'device.untrusted';
        await record(caller, address, action, {}, `device:${after.id}`);
      }
      return presentDevice(after);
    },

    async 'DELETE /api/v1/me/devices/:id'({ params }, { caller, address }) {
      const { userId } = caller.rights;
      const device = await ownDevice(userId, params.id);
      await devices.remove(device.id);
      const end = {
        state: 'logged_out' as const,
        reason: 'You forgot the device that it was on.',
        by: `user:${userId}`,
        address,
      };
      const ended = await life.endAllOf(userId, end, (each) => each.deviceId === device.id);
      const details = { sessions_ended: ended };
      await record(caller, address, 'device.forgotten', details, `device:${device.id}`);
      return { done: true };
    },

    async 'POST /api/v1/me/verdicts'({ body }, { caller, address }) {
      await giveVerdict(ports, caller.rights, address, body);
      return { done: true };
    },
  };
}
