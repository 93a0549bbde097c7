// The keys that access tokens are signed with (ES256): made at first start, rotated by age, shared by all processes.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { amrOf } from '@verity/protocol/identity/assurance';
import type {
  AccessTokens,
  CollectorTokens,
  SigningKeyRecord,
  SigningKeys,
  Vault,
} from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';

const PURPOSE = 'signing-key';
const DAY_MS = 86_400_000;
/** A new key is published so long before it signs, so that every process knows it by then. */
const PUBLISH_AHEAD_MS = 60_000;
/** An unknown key id makes the ring read again, but not more often than this. */
const RELOAD_EVERY_MS = 5_000;

/** Tokens of this audience open the telemetry socket alone. They live shortly: they lie in pages of others. */
const COLLECTOR_AUDIENCE = 'collector';
const COLLECTOR_SECONDS = 600;

export interface KeyRingOptions {
  keys: SigningKeys;
  vault: Vault;
  clock: Clock;
  /** Days after which a new key takes over. */
  rotateDays: number;
  /** Minutes that an access token is valid: as long an old key still verifies. */
  accessMinutes: number;
  issuer: string;
  audience: string;
  /** Told of each new key. */
  onRotated?: (kid: string) => void | Promise<void>;
}

export interface KeyRing extends AccessTokens, CollectorTokens {
  /** The key of that id, or null. Reads the store again for an id that it does not know. */
  publicKey(kid: string): Promise<KeyObject | null>;
  /** What `/.well-known/jwks.json` answers (RFC 7517). */
  jwks(): { keys: Record<string, unknown>[] };
  /** Makes the next key when the newest is old enough, forgets retired ones. Call it now and then. */
  rotateWhenDue(): Promise<void>;
}

interface RingKey {
  record: SigningKeyRecord;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** Opens the ring; makes the first key when there is none. */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { keys, vault, clock } = options;
  const rotateMs = options.rotateDays * DAY_MS;
  const validMs = rotateMs + PUBLISH_AHEAD_MS + options.accessMinutes * 60_000 + 3_600_000;
  let ring: RingKey[] = [];
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    const known = new Map(ring.map((key) => [key.record.kid, key]));
    const now = clock();
    ring = (await keys.list())
      .filter((record) => record.retireAt > now)
      .map((record) => known.get(record.kid) ?? unseal(record, vault))
      .sort(byAge);
    readAt = performance.now();
  };
  const reload = (): Promise<void> => (reading ??= read().finally(() => (reading = undefined)));

  const add = async (): Promise<void> => {
    const createdAt = clock();
    const record = makeKey(vault, createdAt, new Date(createdAt.getTime() + validMs));
    await keys.add(record);
    await reload();
    await options.onRotated?.(record.kid);
  };

  const newest = (): RingKey | undefined => ring.at(-1);
  /** The newest key that had time to be known everywhere, or the oldest when none had. */
  const signer = (): RingKey => {
    const ripe = clock().getTime() - PUBLISH_AHEAD_MS;
    const key = ring.findLast((each) => each.record.createdAt.getTime() <= ripe) ?? ring[0];
    if (!key) throw new Error('the key ring is empty');
    return key;
  };

  await reload();
  // Two processes that start at once make two keys; both verify, and the order by age is the same for both.
  if (ring.length === 0) await add();

  const about = ({ id, userId, role }: Parameters<CollectorTokens['signCollector']>[0]) => ({
    sub: userId,
    sid: id,
    role,
  });
  const signed = (claims: object, expiresInSeconds: number) => {
    const { record, privateKey } = signer();
    const iat = Math.floor(clock().getTime() / 1000);
    const head = encode({ alg: 'ES256', typ: 'JWT', kid: record.kid });
    const times = { iat, exp: iat + expiresInSeconds, jti: randomUUID() };
    const body = encode({ iss: options.issuer, ...claims, ...times });
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
      key: privateKey,
      // RFC 7518, section 3.4: R and S side by side, not DER.
      dsaEncoding: 'ieee-p1363',
    });
    return { token: `${head}.${body}.${signature.toString('base64url')}`, expiresInSeconds };
  };

  return {
    sign: (session) =>
      signed(
        {
          ...about(session),
          aud: options.audience,
          acr: session.acr,
          auth_time: Math.floor((session.stepUpAt ?? session.startedAt).getTime() / 1000),
          amr: amrOf(session.acr),
        },
        options.accessMinutes * 60,
      ),
    signCollector: (session, application) =>
      signed({ ...about(session), aud: COLLECTOR_AUDIENCE, app: application }, COLLECTOR_SECONDS),

    async publicKey(kid) {
      const find = (): KeyObject | undefined =>
        ring.find((key) => key.record.kid === kid && key.record.retireAt > clock())?.publicKey;
      const known = find();
      if (known) return known;
      if (performance.now() - readAt < RELOAD_EVERY_MS) {
        await reading;
      } else {
        await reload();
      }
      return find() ?? null;
    },

    jwks: () => ({
      keys: ring.map(({ record }) => ({
        ...record.publicJwk,
        kid: record.kid,
        alg: 'ES256',
        use: 'sig',
      })),
    }),

    async rotateWhenDue() {
      await reload();
      const now = clock();
      const last = newest();
      if (!last || now.getTime() - last.record.createdAt.getTime() >= rotateMs) await add();
      await keys.removeRetired(now);
    },
  };
}

const byAge = (a: RingKey, b: RingKey): number =>
  a.record.createdAt.getTime() - b.record.createdAt.getTime() ||
  (a.record.kid < b.record.kid ? -1 : 1);

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function makeKey(vault: Vault, createdAt: Date, retireAt: Date): SigningKeyRecord {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = publicKey.export({ format: 'jwk' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return {
    kid: thumbprint(publicJwk),
    publicJwk: { ...publicJwk },
    sealedPrivateKey: vault.seal(PURPOSE, Buffer.from(pem)),
    createdAt,
    retireAt,
  };
}

function unseal(record: SigningKeyRecord, vault: Vault): RingKey {
  return {
    record,
    publicKey: createPublicKey({ key: record.publicJwk as JsonWebKey, format: 'jwk' }),
    privateKey: createPrivateKey(Buffer.from(vault.open(PURPOSE, record.sealedPrivateKey))),
  };
}

/** RFC 7638: the hash of the members that make the key, in lexical order. */
const thumbprint = ({ crv, kty, x, y }: JsonWebKey): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
