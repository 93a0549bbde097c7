// For specs: an authenticator in software with one passkey (ES256), which can be told to lie.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type {
  AssertionAnswer,
  AttestationAnswer,
  CreationOptions,
  RequestOptions,
} from '@verity/protocol/identity/passkeys';

type Cbor = number | string | Uint8Array | Map<number | string, Cbor>;

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}

/** As much of RFC 8949 as an authenticator needs. */
export function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') {
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  }
  if (value instanceof Map) {
    const pairs = [...value].flatMap(([key, each]) => [cbor(key), cbor(each)]);
    return Buffer.concat([head(5, value.size), ...pairs]);
  }
  return Buffer.concat([head(2, value.length), value]);
}

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** Flags of authenticator data: user present, user verified, attested credential included. */
const FLAGS = { present: 1, verified: 4, attested: 64 } as const;

export interface Lies {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  counter?: number;
  userHandle?: string | null;
  unverified?: boolean;
  wrongKey?: boolean;
}

export interface SoftwarePasskey {
  readonly id: string;
  create(options: CreationOptions, lies?: Lies): AttestationAnswer;
  get(options: RequestOptions, lies?: Lies): AssertionAnswer;
}

/** `origin` is that of the page it is used on. It counts its uses. */
export function softwarePasskey(origin: string): SoftwarePasskey {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  let counter = 0;
  let userHandle: string | null = null;

  const clientData = (type: string, challenge: string, lies: Lies): string =>
    JSON.stringify({
      type: lies.type ?? type,
      challenge: lies.challenge ?? challenge,
      origin: lies.origin ?? origin,
      crossOrigin: false,
    });

  const authData = (rpId: string, lies: Lies, attested?: Buffer): Buffer => {
    counter = lies.counter ?? counter + 1;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const flags =
      FLAGS.present | (lies.unverified ? 0 : FLAGS.verified) | (attested ? FLAGS.attested : 0);
    return Buffer.concat([
      sha256(lies.rpId ?? rpId),
      Buffer.from([flags]),
      count,
      ...(attested ? [attested] : []),
    ]);
  };

  const publicKey = (): Buffer => {
    const { x = '', y = '' } = keys.publicKey.export({ format: 'jwk' });
    return cbor(
      new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
  };

  return {
    id,
    create(options, lies = {}) {
      userHandle = options.user.id;
      const length = Buffer.from([0, credentialId.length]);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, publicKey()]);
      const attestation = cbor(
        new Map<string, Cbor>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authData(options.rp.id, lies, attested)],
        ]),
      );
      const client = clientData('webauthn.create', options.challenge, lies);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: Buffer.from(client).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
      };
    },
    get(options, lies = {}) {
      const client = clientData('webauthn.get', options.challenge, lies);
      const data = authData(options.rpId, lies);
      const signer = lies.wrongKey ? other.privateKey : keys.privateKey;
      const handle = lies.userHandle === undefined ? userHandle : lies.userHandle;
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: Buffer.from(client).toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', Buffer.concat([data, sha256(client)]), signer).toString(
            'base64url',
          ),
          userHandle: handle,
        },
      };
    },
  };
}
