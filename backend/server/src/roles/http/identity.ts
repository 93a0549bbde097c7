// Wires the routes of people, sessions and groups.
import { createPasskeyCeremonies } from '@verity/adapters/crypto/passkeys';
import { totp } from '@verity/adapters/crypto/totp';
import { createPasskeyChallenges } from '@verity/adapters/redis/passkey-challenges';
import { createSignInThrottle } from '@verity/adapters/redis/sign-in-throttle';
import { passkeys } from '@verity/domain/identity/passkeys';
import { proofs } from '@verity/domain/identity/proof';
import { refreshFamily } from '@verity/domain/identity/refresh';
import { signIn } from '@verity/domain/identity/sign-in';
import { groupsNamed } from '@verity/domain/policy/named';
import { groupHandlers } from '../../routes/groups';
import { identityHandlers } from '../../routes/identity';
import { identityAdminHandlers } from '../../routes/identity-admin';
import type { HttpGround } from './http-ground';

export function identityRoutes(ground: HttpGround) {
  const { config, stores, redis, log, access } = ground;
  const throttle = createSignInThrottle(redis);
  const keys = passkeys({
    ...ground,
    users: stores.users,
    ceremonies: createPasskeyCeremonies(config.PUBLIC_URL),
    challenges: createPasskeyChallenges(redis),
  });
  return {
    ...identityHandlers({
      ...ground,
      ...stores,
      passkeys: keys,
      signIn: signIn({ ...ground, ...stores, throttle, passkeys: keys }),
      refresh: refreshFamily({ ...ground, ...stores, idleMinutes: config.SESSION_IDLE_MINUTES }),
      proofs: proofs({ ...ground, users: stores.users, throttle, totp, passkeys: keys }),
      seen: ground.activity.note,
      registration: config.REGISTRATION,
      onLost: (err) => log.error({ err }, 'something could not be published after its answer'),
    }),
    ...identityAdminHandlers({ ...ground, ...stores }),
    ...groupHandlers({
      ...ground,
      ...stores,
      groupsInPolicy: async () => groupsNamed(await stores.policies.standing()),
    }),
    'GET /.well-known/jwks.json': async () => access.jwks(),
  };
}
