// Routes of passkeys and recovery codes.
import type { passkeyRoutes } from '@verity/protocol/identity/passkey-routes';
import type { Action } from '@verity/protocol/audit/schemas';
import { renewRecoveryCodes } from '@verity/domain/identity/recovery';
import type { Handlers, UserCaller } from '../http/handler';
import { presentPasskey } from './present';
import { carryWays } from './passkey-signals';
import { enterOrRefuse } from './signing-in';
import { personOf, type IdentityPorts } from './identity-ports';

export function passkeyHandlers(ports: IdentityPorts): Pick<Handlers, keyof typeof passkeyRoutes> {
  const { users, passkeys } = ports;

  /** On record, and to the person: whoever did not do it must learn of it. */
  const announce = async (
    { rights }: UserCaller,
    address: string,
    said: { action: Action; details: Record<string, unknown>; title: string },
  ): Promise<void> => {
    await ports.journal.record({
      actor: `user:${rights.userId}`,
      action: said.action,
      subject: `user:${rights.userId}`,
      outcome: 'success',
      address,
      details: said.details,
    });
    await ports.tell(rights.userId, {
      kind: 'account',
      title: said.title,
      body: 'If this was not you, call an admin at once.',
      link: '/account',
      session: rights.id,
    });
  };

  return {
    'POST /api/v1/auth/passkey/options': () => passkeys.beginSignIn(),

    async 'POST /api/v1/auth/passkey'({ body }, call) {
      const { address, userAgent } = call;
      const { response, device: profile } = body;
      const outcome = await ports.signIn.withPasskey({ response, profile, userAgent, address });
      return enterOrRefuse(ports, outcome, call);
    },

    async 'POST /api/v1/step-up/passkey'(_input, { caller: { rights } }) {
      return passkeys.beginStepUp(await personOf(users, rights.userId), rights.id);
    },

    async 'GET /api/v1/me/passkeys'(_input, { caller }) {
      const user = await personOf(users, caller.rights.userId);
      return { items: user.passkeys.map(presentPasskey).reverse() };
    },

    async 'POST /api/v1/me/passkeys/options'(_input, { caller: { rights } }) {
      return passkeys.beginEnrolment(await personOf(users, rights.userId), rights.id);
    },

    async 'POST /api/v1/me/passkeys'({ body }, { caller, address }) {
      const before = await personOf(users, caller.rights.userId);
      const enrolled = await passkeys.finishEnrolment(before, caller.rights.id, body);
      const { user, passkey, recoveryCodes } = enrolled;
      await ports.life.enrolled(caller.rights.id, 'passkey');
      await carryWays(ports, user);
      const { id, aaguid, synced } = passkey;
      await announce(caller, address, {
        action: 'auth.passkey_enrolled',
        details: { passkey: id, aaguid, synced },
        title: `The passkey "${passkey.name}" was added to your account`,
      });
      return { passkey: presentPasskey(passkey), recovery_codes: recoveryCodes };
    },

    async 'PATCH /api/v1/me/passkeys/:id'({ params, body }, { caller: { rights }, address }) {
      const user = await personOf(users, rights.userId);
      const passkey = await passkeys.rename(user, params.id, body.name);
      await ports.journal.record({
        actor: `user:${user.id}`,
        action: 'auth.passkey_renamed',
        subject: `user:${user.id}`,
        outcome: 'success',
        address,
        details: { passkey: passkey.id },
      });
      return presentPasskey(passkey);
    },

    async 'DELETE /api/v1/me/passkeys/:id'({ params }, { caller, address }) {
      const before = await personOf(users, caller.rights.userId);
      const after = await passkeys.remove(before, params.id);
      await carryWays(ports, after);
      const name = before.passkeys.find((each) => each.id === params.id)?.name ?? '';
      await announce(caller, address, {
        action: 'auth.passkey_removed',
        details: { passkey: params.id, left: after.passkeys.length },
        title: `The passkey "${name}" was removed from your account`,
      });
      return {
        passkeys_left: after.passkeys.length,
        recovery_codes_left: after.recoveryCodeHashes.length,
      };
    },

    async 'POST /api/v1/me/recovery-codes'(_input, { caller, address }) {
      const user = await personOf(users, caller.rights.userId);
      const recovery_codes = await renewRecoveryCodes(ports, user);
      await announce(caller, address, {
        action: 'auth.recovery_codes_renewed',
        details: { unused_before: user.recoveryCodeHashes.length },
        title: 'Your recovery codes were renewed; the old ones are void',
      });
      return { recovery_codes };
    },
  };
}
