// What proves who calls: the ring of keys that signs tokens, and those that verify them.
import { openKeyRing } from '@verity/adapters/crypto/key-ring';
import type { Vault } from '@verity/domain/identity/ports';
import { accessVerifier, collectorVerifier } from '../../http/access-token';
import type { Ground } from '../ground';

const AUDIENCE = 'verity';

export type Passes = Awaited<ReturnType<typeof openPasses>>;

export async function openPasses({ config, stores, clock, journal }: Ground, vault: Vault) {
  const issuer = config.PUBLIC_URL;
  const access = await openKeyRing({
    keys: stores.signingKeys,
    vault,
    clock,
    rotateDays: config.SIGNING_KEY_DAYS,
    accessMinutes: config.ACCESS_TOKEN_MINUTES,
    issuer,
    audience: AUDIENCE,
    onRotated: (kid) =>
      journal.record({
        actor: 'system:key-ring',
        action: 'key.rotated',
        subject: `key:${kid}`,
        outcome: 'success',
        address: null,
        details: {},
      }),
  });
  const publicKey = (kid: string) => access.publicKey(kid);
  return {
    access,
    verifyAccess: accessVerifier({ issuer, audience: AUDIENCE, publicKey }),
    verifyCollector: collectorVerifier({ issuer, publicKey }),
  };
}
